-- People: staff, users, clients, sign-in, access; and the few tables that everything leans on.
-- Instants are UTC and always given by the program (its clock can be moved); the database never asks for the time.

CREATE TABLE settings (
    key text PRIMARY KEY CHECK (length(key) <= 100),
    value jsonb NOT NULL,
    updated_at timestamptz NOT NULL
);

-- One row: how far the development clock stands from real time.
CREATE TABLE clock (
    id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    offset_ms bigint NOT NULL DEFAULT 0
);
INSERT INTO clock DEFAULT VALUES;

CREATE TABLE currencies (
    code text PRIMARY KEY CHECK (code ~ '^[A-Z]{3}$'),
    prefix text NOT NULL DEFAULT '' CHECK (length(prefix) <= 10),
    suffix text NOT NULL DEFAULT '' CHECK (length(suffix) <= 10),
    -- How many of this currency one unit of the default currency buys.
    rate numeric(19, 8) NOT NULL DEFAULT 1 CHECK (rate > 0),
    format text NOT NULL DEFAULT '1,234.56' CHECK (format IN ('1234.56', '1,234.56', '1.234,56', '1 234,56')),
    is_default boolean NOT NULL DEFAULT false,
    enabled boolean NOT NULL DEFAULT true,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX currencies_one_default ON currencies (is_default) WHERE is_default;

CREATE TABLE admins (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (email = lower(email) AND length(email) <= 254),
    first_name text NOT NULL DEFAULT '',
    last_name text NOT NULL DEFAULT '',
    phone text,
    language text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'pl', 'uk')),
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
    password_hash text,
    password_changed_at timestamptz,
    two_factor boolean NOT NULL DEFAULT false,
    notes text NOT NULL DEFAULT '',
    last_sign_in_at timestamptz,
    last_sign_in_ip text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX admins_email ON admins (email);

CREATE TABLE admin_groups (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    description text NOT NULL DEFAULT '',
    kind text NOT NULL CHECK (kind IN ('system', 'modules', 'admin_theme', 'client_theme', 'notification', 'groups')),
    -- Holds every permission, also those of later versions: the super administrators.
    grants_all boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX admin_groups_name ON admin_groups (lower(name));

CREATE TABLE admin_group_permissions (
    group_id uuid NOT NULL REFERENCES admin_groups ON DELETE CASCADE,
    permission text NOT NULL,
    PRIMARY KEY (group_id, permission)
);

-- Groups of type `groups` hold other groups; cycles are refused by the program.
CREATE TABLE admin_group_groups (
    group_id uuid NOT NULL REFERENCES admin_groups ON DELETE CASCADE,
    member_id uuid NOT NULL REFERENCES admin_groups ON DELETE CASCADE,
    PRIMARY KEY (group_id, member_id),
    CHECK (group_id <> member_id)
);

CREATE TABLE admin_group_members (
    admin_id uuid NOT NULL REFERENCES admins ON DELETE CASCADE,
    group_id uuid NOT NULL REFERENCES admin_groups ON DELETE CASCADE,
    PRIMARY KEY (admin_id, group_id)
);
CREATE INDEX admin_group_members_group ON admin_group_members (group_id);

CREATE TABLE users (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (email = lower(email) AND length(email) <= 254),
    first_name text NOT NULL DEFAULT '',
    last_name text NOT NULL DEFAULT '',
    phone_country text,
    phone text,
    language text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'pl', 'uk')),
    status text NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'active', 'inactive')),
    email_verified_at timestamptz,
    phone_verified_at timestamptz,
    password_hash text,
    password_changed_at timestamptz,
    two_factor boolean NOT NULL DEFAULT false,
    notes text NOT NULL DEFAULT '',
    last_sign_in_at timestamptz,
    last_sign_in_ip text,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX users_email ON users (email);
CREATE INDEX users_created ON users (created_at, id);

CREATE TABLE clients (
    id uuid PRIMARY KEY,
    status text NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'active', 'suspended', 'banned', 'closed', 'fraud', 'deleted')),
    status_reason text,
    first_name text NOT NULL DEFAULT '',
    last_name text NOT NULL DEFAULT '',
    company_name text NOT NULL DEFAULT '',
    tax_id text NOT NULL DEFAULT '',
    -- Evidence for reverse charge: the answer of the last check of `tax_id`; NULL until checked.
    tax_id_valid boolean,
    tax_id_checked_at timestamptz,
    tax_id_evidence jsonb,
    email text NOT NULL,
    phone_country text,
    phone text,
    language text NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'pl', 'uk')),
    currency text NOT NULL REFERENCES currencies (code),
    company_id uuid NOT NULL, -- the home company that sells to this client
    enforce_two_factor boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX clients_created ON clients (created_at, id);
CREATE INDEX clients_status ON clients (status, created_at);
CREATE INDEX clients_email ON clients (lower(email));
CREATE INDEX clients_company ON clients (company_id);

CREATE TABLE client_addresses (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES clients,
    kind text NOT NULL CHECK (kind IN ('billing', 'shipping', 'service')),
    line1 text NOT NULL DEFAULT '',
    line2 text NOT NULL DEFAULT '',
    city text NOT NULL DEFAULT '',
    postcode text NOT NULL DEFAULT '',
    country text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    region text CHECK (region ~ '^[A-Z]{2}-[A-Z0-9]{1,3}$'), -- ISO 3166-2
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX client_addresses_kind ON client_addresses (client_id, kind);

CREATE TABLE client_users (
    client_id uuid NOT NULL REFERENCES clients,
    user_id uuid NOT NULL REFERENCES users,
    role text NOT NULL CHECK (role IN ('owner', 'manager', 'custom')),
    permissions text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, user_id)
);
CREATE UNIQUE INDEX client_users_one_owner ON client_users (client_id) WHERE role = 'owner';
CREATE INDEX client_users_user ON client_users (user_id);

CREATE TABLE client_status_history (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES clients,
    status_from text,
    status_to text NOT NULL,
    reason text NOT NULL DEFAULT '',
    actor text NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX client_status_history_client ON client_status_history (client_id, at);

CREATE TABLE client_notes (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES clients,
    admin_id uuid NOT NULL REFERENCES admins,
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 10000),
    at timestamptz NOT NULL
);
CREATE INDEX client_notes_client ON client_notes (client_id, at);

-- A signed-in browser. Staff and clients have cookies of their own.
CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL,
    portal text NOT NULL CHECK (portal IN ('admin', 'client')),
    admin_id uuid REFERENCES admins ON DELETE CASCADE,
    user_id uuid REFERENCES users ON DELETE CASCADE,
    csrf_token text NOT NULL,
    -- False until the second factor was given; such a session opens nothing else.
    complete boolean NOT NULL,
    remember boolean NOT NULL DEFAULT false,
    user_agent text NOT NULL DEFAULT '',
    ip text NOT NULL DEFAULT '',
    sudo_until timestamptz,
    factor_failures integer NOT NULL DEFAULT 0,
    -- Ends after so long without a request; NULL: only when it expires.
    idle_seconds integer CHECK (idle_seconds > 0),
    created_at timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK ((portal = 'admin') = (admin_id IS NOT NULL) AND (portal = 'client') = (user_id IS NOT NULL))
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_admin ON sessions (admin_id, created_at) WHERE admin_id IS NOT NULL;
CREATE INDEX sessions_user ON sessions (user_id, created_at) WHERE user_id IS NOT NULL;

CREATE TABLE one_time_links (
    token_hash bytea PRIMARY KEY,
    purpose text NOT NULL CHECK (purpose IN ('confirm_email', 'reset_password', 'set_password', 'change_email')),
    admin_id uuid REFERENCES admins ON DELETE CASCADE,
    user_id uuid REFERENCES users ON DELETE CASCADE,
    email text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CHECK ((admin_id IS NULL) <> (user_id IS NULL))
);
CREATE INDEX one_time_links_user ON one_time_links (user_id, purpose, created_at);
CREATE INDEX one_time_links_admin ON one_time_links (admin_id, purpose, created_at);

CREATE TABLE factors (
    id uuid PRIMARY KEY,
    admin_id uuid REFERENCES admins ON DELETE CASCADE,
    user_id uuid REFERENCES users ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('totp', 'email')),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    -- TOTP: the sealed secret. E-mail: NULL.
    secret_sealed bytea,
    -- TOTP: the last accepted time step, so that a code works once.
    last_step bigint,
    -- E-mail: hash of the code sent last, until when it holds, and how often it was tried.
    code_hash bytea,
    code_expires_at timestamptz,
    code_tries integer NOT NULL DEFAULT 0,
    is_default boolean NOT NULL DEFAULT false,
    verified_at timestamptz,
    last_used_at timestamptz,
    created_at timestamptz NOT NULL,
    CHECK ((admin_id IS NULL) <> (user_id IS NULL))
);
CREATE INDEX factors_admin ON factors (admin_id) WHERE admin_id IS NOT NULL;
CREATE INDEX factors_user ON factors (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE recovery_codes (
    id uuid PRIMARY KEY,
    admin_id uuid REFERENCES admins ON DELETE CASCADE,
    user_id uuid REFERENCES users ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz,
    CHECK ((admin_id IS NULL) <> (user_id IS NULL))
);
CREATE INDEX recovery_codes_admin ON recovery_codes (admin_id) WHERE admin_id IS NOT NULL;
CREATE INDEX recovery_codes_user ON recovery_codes (user_id) WHERE user_id IS NOT NULL;

-- Scripts sign in with `Authorization: Bearer hw_…`. A user's token acts for one client, an admin's for himself.
CREATE TABLE api_tokens (
    id uuid PRIMARY KEY,
    token_hash bytea NOT NULL,
    prefix text NOT NULL,
    admin_id uuid REFERENCES admins ON DELETE CASCADE,
    user_id uuid REFERENCES users ON DELETE CASCADE,
    client_id uuid REFERENCES clients,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    -- `area:read` or `area:write`.
    scopes text[] NOT NULL,
    -- Allowed networks as CIDR; empty allows all.
    networks text[] NOT NULL DEFAULT '{}',
    service_id uuid,
    expires_at timestamptz,
    last_used_at timestamptz,
    last_used_ip text,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL,
    CHECK ((admin_id IS NULL) <> (user_id IS NULL) AND (user_id IS NULL) = (client_id IS NULL))
);
CREATE UNIQUE INDEX api_tokens_hash ON api_tokens (token_hash);
CREATE INDEX api_tokens_admin ON api_tokens (admin_id) WHERE admin_id IS NOT NULL;
CREATE INDEX api_tokens_user ON api_tokens (user_id, client_id) WHERE user_id IS NOT NULL;

CREATE TABLE sign_in_attempts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    portal text NOT NULL,
    email text NOT NULL,
    ip text NOT NULL,
    succeeded boolean NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX sign_in_attempts_email ON sign_in_attempts (email, at);
CREATE INDEX sign_in_attempts_ip ON sign_in_attempts (ip, at);

-- Answers of calls that carried an Idempotency-Key, written with their effect; kept for a day.
CREATE TABLE idempotency_keys (
    principal text NOT NULL,
    operation text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint bytea NOT NULL,
    status smallint NOT NULL,
    answer jsonb NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (principal, operation, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- Who changed what, from what to what. Append only.
CREATE TABLE activity_log (
    id uuid NOT NULL,
    at timestamptz NOT NULL,
    level text NOT NULL DEFAULT 'info' CHECK (level IN ('info', 'warning', 'error')),
    actor text NOT NULL,
    admin_id uuid,
    user_id uuid,
    client_id uuid,
    action text NOT NULL,
    subject_kind text,
    subject_id uuid,
    description text NOT NULL,
    old jsonb,
    new jsonb,
    ip text,
    request_id text,
    PRIMARY KEY (at, id)
);
CREATE INDEX activity_log_client ON activity_log (client_id, at, id) WHERE client_id IS NOT NULL;
CREATE INDEX activity_log_subject ON activity_log (subject_id, at) WHERE subject_id IS NOT NULL;

-- What a person arranged for himself: dashboard grids, columns, theme.
CREATE TABLE preferences (
    person_id uuid NOT NULL,
    key text NOT NULL CHECK (length(key) <= 100),
    value jsonb NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (person_id, key)
);

-- Append-only tables refuse changes in the database itself.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER activity_log_append_only BEFORE UPDATE OR DELETE ON activity_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
