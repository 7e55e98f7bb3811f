ALTER TABLE client_users DROP COLUMN version;
