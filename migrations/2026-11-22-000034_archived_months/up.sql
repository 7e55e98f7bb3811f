-- Months of charges that went into files, and documents that the wallet paid in part.

-- A month whose single charges are in files. What is left of them here is in the two tables below.
CREATE TABLE archived_months (
    -- Its first day.
    month date PRIMARY KEY CHECK (extract(day FROM month) = 1),
    charges bigint NOT NULL CHECK (charges > 0),
    -- What they come to: {"EUR": "12.3400"}.
    sums jsonb NOT NULL,
    -- SHA-256 of the rows as they were written.
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    -- The last day on which the ledger took any of them, and the seal of that day.
    sealed_to date NOT NULL,
    seal bytea NOT NULL,
    archived_at timestamptz NOT NULL
);

-- What a service was charged in an archived month.
CREATE TABLE archived_charges (
    client_id uuid NOT NULL,
    service_id uuid NOT NULL,
    month date NOT NULL REFERENCES archived_months ON DELETE CASCADE,
    charges bigint NOT NULL CHECK (charges > 0),
    amount numeric(19, 4) NOT NULL CHECK (amount >= 0),
    -- Where the first one begins, where the last one begins, and where it ends.
    first_from timestamptz NOT NULL,
    last_from timestamptz NOT NULL,
    last_to timestamptz NOT NULL,
    -- The price of the last one.
    price_version integer NOT NULL,
    PRIMARY KEY (client_id, service_id, month)
);
CREATE INDEX archived_charges_month ON archived_charges (month);

-- The part of a movement that is in an archived month, where the rest of it is in another. A movement without one is wholly in
-- the month that its period begins in.
CREATE TABLE archived_splits (
    transfer_id uuid NOT NULL,
    month date NOT NULL REFERENCES archived_months ON DELETE CASCADE,
    client_id uuid NOT NULL,
    charges bigint NOT NULL CHECK (charges > 0),
    amount numeric(19, 4) NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (transfer_id, month)
);
CREATE INDEX archived_splits_month ON archived_splits (month);

-- They stay as they are until the month itself is back.
CREATE FUNCTION keep_archived() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM pg_inherits WHERE inhparent = 'charges'::regclass
            AND inhrelid = to_regclass('charges_' || to_char(OLD.month, 'YYYY_MM'))) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'append only: % of an archived month', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
DO $$
DECLARE
    guarded text;
BEGIN
    FOREACH guarded IN ARRAY ARRAY['archived_months', 'archived_charges', 'archived_splits'] LOOP
        EXECUTE format('CREATE TRIGGER %I BEFORE UPDATE OR DELETE ON %I FOR EACH ROW EXECUTE FUNCTION keep_archived()',
            guarded || '_keep', guarded);
        EXECUTE format('CREATE TRIGGER not_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
            guarded);
    END LOOP;
END
$$;

-- As before, but an archived month gets no new partition: nothing is charged for it until it is back.
CREATE OR REPLACE FUNCTION ensure_partitions(first timestamptz, last timestamptz) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    begins timestamptz := date_trunc('month', first, 'UTC');
    following timestamptz;
    parent text;
    name text;
BEGIN
    PERFORM pg_advisory_xact_lock(727275);
    WHILE begins <= last LOOP
        following := (begins AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
        FOREACH parent IN ARRAY ARRAY['ledger_transfers', 'charges'] LOOP
            name := parent || '_' || to_char(begins AT TIME ZONE 'UTC', 'YYYY_MM');
            IF to_regclass(name) IS NULL AND NOT (parent = 'charges' AND EXISTS (
                SELECT FROM archived_months a WHERE a.month = (begins AT TIME ZONE 'UTC')::date)) THEN
                EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)', name, parent);
                EXECUTE format('CREATE TRIGGER not_emptied BEFORE TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
                EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, name, begins, following);
            END IF;
        END LOOP;
        begins := following;
    END LOOP;
END
$$;

-- What the wallet paid of a document, net, and the tax that is not due because of it.
ALTER TABLE documents ADD COLUMN from_wallet numeric(19, 4) NOT NULL DEFAULT 0,
    ADD COLUMN waived numeric(19, 4) NOT NULL DEFAULT 0,
    ADD CHECK (from_wallet = 0 OR from_wallet BETWEEN 0 AND net),
    ADD CHECK (waived = 0 OR waived BETWEEN 0 AND tax);

CREATE OR REPLACE FUNCTION keep_issued_document() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    living text[] := ARRAY['status', 'paid', 'paid_net', 'from_wallet', 'waived', 'paid_at', 'cancelled_at', 'invoice_id',
        'version', 'updated_at'];
BEGIN
    IF TG_OP = 'DELETE' OR NEW.status = 'draft' OR to_jsonb(NEW) - living IS DISTINCT FROM to_jsonb(OLD) - living THEN
        RAISE EXCEPTION 'document % is issued', OLD.number USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;

-- Until now a document was settled by what the wallet paid of it: all its tax that nobody paid was not due.
UPDATE documents d SET from_wallet = w.sum, waived = d.total - d.paid
FROM (SELECT client_id, document_id, sum(amount) AS sum FROM ledger_transfers
      WHERE kind = 'charge' AND document_id IS NOT NULL AND debit_account = client_id GROUP BY 1, 2) w
WHERE w.document_id = d.id AND w.client_id = d.client_id AND d.kind = 'proforma' AND d.purpose = 'lines'
    AND d.status IN ('invoiced', 'refunded');

-- What a company issued in a quarter.
CREATE INDEX documents_issued ON documents (company_id, issued_on) WHERE number IS NOT NULL AND kind <> 'proforma';
