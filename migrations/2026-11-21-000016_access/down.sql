DROP TABLE admin_addresses;
DROP TABLE client_invitations;
ALTER TABLE client_users DROP COLUMN disabled_at;
ALTER TABLE clients DROP COLUMN networks;
