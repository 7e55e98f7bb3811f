ALTER TABLE companies DROP COLUMN embed_einvoice;
