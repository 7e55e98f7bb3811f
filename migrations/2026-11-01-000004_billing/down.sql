DROP TABLE payments, document_files, document_taxes, document_lines, documents, ledger_snapshots, ledger_seals, charges,
    ledger_causes, ledger_transfers, wallets, ledger_accounts, tax_rules, gateways, number_series;
DROP FUNCTION ensure_partitions(timestamptz, timestamptz);
ALTER TABLE clients DROP CONSTRAINT clients_company_fk;
DROP TABLE companies;
