DROP INDEX clients_tax_id_checked;
DROP TABLE vat_checks;
