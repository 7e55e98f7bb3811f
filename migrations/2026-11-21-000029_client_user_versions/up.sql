ALTER TABLE client_users ADD COLUMN version integer NOT NULL DEFAULT 1;
