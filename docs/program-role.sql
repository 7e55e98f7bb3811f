-- What the program's own role may do, hostwright_app: run by the owner of the tables after every `hostwright migrate`.
GRANT USAGE ON SCHEMA public TO hostwright_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO hostwright_app;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO hostwright_app;
-- The books only grow.
REVOKE UPDATE, DELETE ON ledger_transfers, charges, ledger_causes, ledger_seals, ledger_snapshots, document_files,
    document_logos, document_templates, statements, statement_files, refunds, vat_checks, activity_log,
    archived_months, archived_charges, archived_splits, __diesel_schema_migrations
    FROM hostwright_app;
REVOKE UPDATE, DELETE ON module_log FROM hostwright_app;
REVOKE DELETE ON documents, payments, wallets, ledger_accounts FROM hostwright_app;
-- Months of the ledger and of logs are reached through the whole of them.
DO $$
DECLARE
    month regclass;
BEGIN
    FOR month IN
        SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent IN ('public.ledger_transfers'::regclass, 'public.charges'::regclass, 'public.module_log'::regclass)
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM hostwright_app', month);
    END LOOP;
END
$$;
