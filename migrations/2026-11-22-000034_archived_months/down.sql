-- Single charges that are only in files would be missed by everything that comes before.
DO $$
BEGIN
    IF EXISTS (SELECT FROM archived_months) THEN
        RAISE EXCEPTION 'months are archived: read them back first (hostwright archive --read)';
    END IF;
    IF EXISTS (SELECT FROM documents WHERE waived > 0 AND status = 'partially_paid') THEN
        RAISE EXCEPTION 'documents are paid from the wallet in part: settle them first';
    END IF;
END
$$;

DROP INDEX documents_issued;

CREATE OR REPLACE FUNCTION keep_issued_document() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    living text[] := ARRAY['status', 'paid', 'paid_net', 'paid_at', 'cancelled_at', 'invoice_id', 'version', 'updated_at'];
BEGIN
    IF TG_OP = 'DELETE' OR NEW.status = 'draft' OR to_jsonb(NEW) - living IS DISTINCT FROM to_jsonb(OLD) - living THEN
        RAISE EXCEPTION 'document % is issued', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
ALTER TABLE documents DROP COLUMN waived, DROP COLUMN from_wallet;

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
                EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)', name, parent);
                EXECUTE format('CREATE TRIGGER not_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
                EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, name, month, following);
            END IF;
        END LOOP;
        month := following;
    END LOOP;
END
$$;

DROP TABLE archived_splits;
DROP TABLE archived_charges;
DROP TABLE archived_months;
DROP FUNCTION keep_archived();
