-- Clients let the provider's staff into their portal, and see who came and what they did.

-- Until when staff may come in. The row goes when the client ends it.
CREATE TABLE support_access (
    client_id uuid PRIMARY KEY REFERENCES clients,
    allowed_by uuid REFERENCES users ON DELETE SET NULL,
    allowed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > allowed_at)
);
CREATE INDEX support_access_allowed_by ON support_access (allowed_by) WHERE allowed_by IS NOT NULL;

-- Staff inside a client's portal, as its owner. What they are called stays readable when they are gone.
CREATE TABLE support_visits (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES clients,
    user_id uuid REFERENCES users ON DELETE SET NULL,
    admin_id uuid REFERENCES admins ON DELETE SET NULL,
    admin_name text NOT NULL,
    -- The session of the admin portal that it came from, and ends with. Such rows are dropped after a while.
    staff_session_id uuid NOT NULL,
    reason text NOT NULL CHECK (reason <> '' AND length(reason) <= 500),
    -- True: by a permission of staff, without the client's support access.
    uninvited boolean NOT NULL,
    began_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > began_at),
    ended_at timestamptz
);
CREATE INDEX support_visits_client ON support_visits (client_id, began_at, id);
CREATE INDEX support_visits_staff_session ON support_visits (staff_session_id);
CREATE INDEX support_visits_user ON support_visits (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX support_visits_admin ON support_visits (admin_id) WHERE admin_id IS NOT NULL;

-- Every request of a visit, written before it is answered. `status` NULL: it never was.
CREATE TABLE support_requests (
    id uuid PRIMARY KEY,
    visit_id uuid NOT NULL REFERENCES support_visits,
    at timestamptz NOT NULL,
    method text NOT NULL,
    path text NOT NULL,
    status integer,
    request_id text NOT NULL
);
CREATE INDEX support_requests_visit ON support_requests (visit_id, at, id);

-- Sessions of such visits are of a portal of their own: a program that does not know them opens nothing for them.
ALTER TABLE sessions ADD COLUMN visit_id uuid REFERENCES support_visits;
ALTER TABLE sessions DROP CONSTRAINT sessions_portal_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_portal_check CHECK (portal IN ('admin', 'client', 'support'));
ALTER TABLE sessions ADD CONSTRAINT sessions_visit_check CHECK ((portal = 'support') = (visit_id IS NOT NULL));
CREATE INDEX sessions_visit ON sessions (visit_id) WHERE visit_id IS NOT NULL;
