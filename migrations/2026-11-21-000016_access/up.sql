-- From where clients may be used, who is invited to them or kept out, and where staff came from.

-- CIDR; empty allows all.
ALTER TABLE clients ADD COLUMN networks text[] NOT NULL DEFAULT '{}';

-- NULL: acts for the client. The owner is never disabled.
ALTER TABLE client_users ADD COLUMN disabled_at timestamptz CHECK (disabled_at IS NULL OR role <> 'owner');

-- Invitations that wait: the row goes when it is accepted or withdrawn. The link holds until `expires_at`; sent again, it is another.
CREATE TABLE client_invitations (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES clients,
    email text NOT NULL CHECK (email = lower(email) AND length(email) <= 254),
    role text NOT NULL CHECK (role IN ('manager', 'custom')),
    permissions text[] NOT NULL DEFAULT '{}',
    token_hash bytea NOT NULL,
    invited_by uuid REFERENCES users ON DELETE SET NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX client_invitations_token ON client_invitations (token_hash);
CREATE UNIQUE INDEX client_invitations_email ON client_invitations (client_id, email);
CREATE INDEX client_invitations_invited_by ON client_invitations (invited_by) WHERE invited_by IS NOT NULL;

-- Every address that staff ever came from. Sessions are dropped after a while, these are kept as long as the account.
CREATE TABLE admin_addresses (
    admin_id uuid NOT NULL REFERENCES admins ON DELETE CASCADE,
    ip text NOT NULL CHECK (ip <> ''),
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (admin_id, ip)
);
INSERT INTO admin_addresses (admin_id, ip, first_at, last_at)
SELECT admin_id, ip, min(created_at), max(last_seen_at) FROM sessions
WHERE admin_id IS NOT NULL AND complete AND ip <> '' GROUP BY admin_id, ip;
