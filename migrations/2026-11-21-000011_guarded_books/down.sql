ALTER TABLE payments DROP COLUMN assigned;
DROP TABLE number_runs;
DROP TRIGGER document_taxes_keep_issued ON document_taxes;
DROP TRIGGER document_lines_keep_issued ON document_lines;
DROP TRIGGER documents_keep_issued ON documents;
DROP FUNCTION keep_issued_parts();
DROP FUNCTION keep_issued_document();

CREATE OR REPLACE FUNCTION ensure_partitions(first timestamptz, last timestamptz) RETURNS void LANGUAGE plpgsql AS $$
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
            END IF;
        END LOOP;
        month := following;
    END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION ensure_partitions(timestamptz, timestamptz) TO PUBLIC;

DO $$
DECLARE
    guarded regclass;
BEGIN
    FOR guarded IN SELECT tgrelid::regclass FROM pg_trigger WHERE tgname = 'not_emptied' LOOP
        EXECUTE format('DROP TRIGGER not_emptied ON %s', guarded);
    END LOOP;
END
$$;
DROP TRIGGER ledger_snapshots_append_only ON ledger_snapshots;
DROP TRIGGER ledger_seals_append_only ON ledger_seals;
DROP TRIGGER ledger_causes_append_only ON ledger_causes;
