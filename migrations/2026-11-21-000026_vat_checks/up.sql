-- What was asked about the VAT ids of clients, and what was answered. Never changed: documents rest on it.
CREATE TABLE vat_checks (
    client_id uuid NOT NULL REFERENCES clients (id),
    id uuid NOT NULL,
    -- The number that was asked about, with its prefix: DE136695976, EL094259216.
    vat_id text NOT NULL,
    -- Who asked: the VAT id of the home company; empty where it has none.
    requester_vat_id text NOT NULL DEFAULT '',
    asked_at timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('valid', 'invalid', 'unavailable', 'failed')),
    -- checksum: the check digits are wrong, nobody was asked. staff: a person recorded the answer.
    source text NOT NULL CHECK (source IN ('vies', 'checksum', 'staff')),
    -- The office's number of the consultation; NULL: it gave none.
    consultation text CHECK (length(consultation) <= 100),
    -- As the office answered them; empty where it keeps them to itself.
    name text NOT NULL DEFAULT '' CHECK (length(name) <= 300),
    address text NOT NULL DEFAULT '' CHECK (length(address) <= 1000),
    -- The code of what failed, or the reason that the person gave.
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    admin_id uuid REFERENCES admins (id),
    -- The answer as it came, its beginning.
    answer text NOT NULL DEFAULT '' CHECK (length(answer) <= 4000),
    PRIMARY KEY (client_id, id),
    CHECK ((source = 'staff') = (admin_id IS NOT NULL))
);
CREATE INDEX vat_checks_client ON vat_checks (client_id, asked_at, id);
CREATE TRIGGER vat_checks_append_only BEFORE UPDATE OR DELETE ON vat_checks
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON vat_checks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Clients whose number is to be asked about again.
CREATE INDEX clients_tax_id_checked ON clients (tax_id_checked_at, id) WHERE tax_id <> '';

-- Right check digits alone make no number valid any more: these are asked about by the next daily run.
UPDATE clients SET tax_id_valid = NULL, tax_id_checked_at = NULL, tax_id_evidence = NULL
WHERE tax_id_valid AND tax_id_evidence ->> 'source' = 'checksum';
