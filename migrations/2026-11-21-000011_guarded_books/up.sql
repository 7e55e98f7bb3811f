-- The database itself guards the books: nothing of them is emptied, nothing that was issued changes, every drawn number is known.
-- A session gets past these triggers only with `SET session_replication_role = replica`, which takes a superuser.

CREATE TRIGGER ledger_causes_append_only BEFORE UPDATE OR DELETE ON ledger_causes
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_seals_append_only BEFORE UPDATE OR DELETE ON ledger_seals
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_snapshots_append_only BEFORE UPDATE OR DELETE ON ledger_snapshots
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Emptying a table passes its row triggers. Such a trigger is not inherited: partitions get their own.
DO $$
DECLARE
    guarded regclass;
BEGIN
    FOR guarded IN
        SELECT unnest(ARRAY['ledger_transfers', 'charges', 'ledger_causes', 'ledger_seals', 'ledger_snapshots', 'documents',
            'document_lines', 'document_taxes', 'document_files', 'document_logos', 'activity_log']::regclass[])
        UNION ALL
        SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent IN ('ledger_transfers'::regclass, 'charges'::regclass)
    LOOP
        EXECUTE format('CREATE TRIGGER not_emptied BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', guarded);
    END LOOP;
END
$$;

-- As before, with the guard of each new partition. Runs with the rights of the owner, so that the program's own role needs none.
CREATE OR REPLACE FUNCTION ensure_partitions(first timestamptz, last timestamptz) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month timestamptz := date_trunc('month', first, 'UTC');
    following timestamptz;
    parent text;
    name text;
BEGIN
    PERFORM pg_advisory_xact_lock(727275);
    WHILE month <= last LOOP
        following := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
        FOREACH parent IN ARRAY ARRAY['ledger_transfers', 'charges'] LOOP
            name := parent || '_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
            IF to_regclass(name) IS NULL THEN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, parent, month, following);
                EXECUTE format('CREATE TRIGGER not_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
            END IF;
        END LOOP;
        month := following;
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION ensure_partitions(timestamptz, timestamptz) FROM PUBLIC;

-- Of an issued document only payment, cancellation and its successor go on. It never becomes a draft again.
CREATE FUNCTION keep_issued_document() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    living text[] := ARRAY['status', 'paid', 'paid_net', 'paid_at', 'cancelled_at', 'invoice_id', 'version', 'updated_at'];
BEGIN
    IF TG_OP = 'DELETE' OR NEW.status = 'draft' OR to_jsonb(NEW) - living IS DISTINCT FROM to_jsonb(OLD) - living THEN
        RAISE EXCEPTION 'document % is issued', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER documents_keep_issued BEFORE UPDATE OR DELETE ON documents
    FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION keep_issued_document();

-- Its lines and taxes are written while it is a draft; afterwards only how far a tax is paid goes on.
CREATE FUNCTION keep_issued_parts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'paid' = to_jsonb(OLD) - 'paid' THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM documents WHERE id IN (OLD.document_id, NEW.document_id) AND status <> 'draft') THEN
        RAISE EXCEPTION 'a part of an issued document in %', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END
$$;
CREATE TRIGGER document_lines_keep_issued BEFORE INSERT OR UPDATE OR DELETE ON document_lines
    FOR EACH ROW EXECUTE FUNCTION keep_issued_parts();
CREATE TRIGGER document_taxes_keep_issued BEFORE INSERT OR UPDATE OR DELETE ON document_taxes
    FOR EACH ROW EXECUTE FUNCTION keep_issued_parts();

-- Numbers that were drawn one after the other, so that the audit knows the first and the last of every month.
CREATE TABLE number_runs (
    company_id uuid NOT NULL REFERENCES companies,
    kind text NOT NULL CHECK (kind IN ('proforma', 'invoice', 'credit_note')),
    -- The month or year it counts in, as number_series.counting.
    counting text NOT NULL,
    format text NOT NULL,
    -- Where it began: 1, or what staff chose.
    first_number bigint NOT NULL CHECK (first_number > 0),
    -- One below first_number while nothing was drawn.
    last_number bigint NOT NULL CHECK (last_number >= first_number - 1),
    PRIMARY KEY (company_id, kind, counting, format, first_number)
);

-- What was drawn until now, read out of the numbers in today's format.
INSERT INTO number_runs (company_id, kind, counting, format, first_number, last_number)
SELECT company_id, kind, counting, format, min(number), max(number)
FROM (
    SELECT s.company_id, s.kind, s.format,
           CASE s.reset WHEN 'monthly' THEN to_char(d.issued_on, 'YYYY-MM') WHEN 'yearly' THEN to_char(d.issued_on, 'YYYY') ELSE '' END AS counting,
           substring(d.number FROM '^' || regexp_replace(
               replace(replace(replace(regexp_replace(s.format, '([]^$*+?()|.\\[])', '\\\1', 'g'),
                   '{YEAR}', to_char(d.issued_on, 'YYYY')), '{MONTH}', to_char(d.issued_on, 'MM')), '{DAY}', to_char(d.issued_on, 'DD')),
               '\{NUMBER(:[0-9]+)?\}', '([0-9]+)') || '$')::bigint AS number
    FROM number_series s
    JOIN documents d ON d.company_id = s.company_id AND d.kind = s.kind AND d.number IS NOT NULL AND d.issued_on IS NOT NULL
) drawn
WHERE number > 0
GROUP BY company_id, kind, counting, format;

-- What of the money that matched nothing staff have assigned to a wallet since.
ALTER TABLE payments ADD COLUMN assigned numeric(19, 4) NOT NULL DEFAULT 0,
    ADD CHECK (assigned BETWEEN 0 AND to_suspense);
