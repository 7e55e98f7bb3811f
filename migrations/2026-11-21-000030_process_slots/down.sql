ALTER TABLE processes DROP COLUMN concurrency;
