ALTER TABLE orders DROP COLUMN terms_version;
DROP TABLE terms;
