ALTER TABLE client_notes DROP COLUMN service_id;
