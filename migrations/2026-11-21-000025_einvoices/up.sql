-- Whether the papers of invoices and credit notes carry their electronic invoice (Factur-X). A document freezes it when it is issued.
ALTER TABLE companies ADD COLUMN embed_einvoice boolean NOT NULL DEFAULT false;
