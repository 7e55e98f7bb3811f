DROP TABLE document_logos;
ALTER TABLE document_taxes DROP COLUMN paid;
