-- A note about a service stands among those of the client who had it then, and goes with the service.
ALTER TABLE client_notes ADD COLUMN service_id uuid REFERENCES services;
CREATE INDEX client_notes_service ON client_notes (service_id, at) WHERE service_id IS NOT NULL;
