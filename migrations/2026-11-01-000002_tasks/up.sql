-- Tasks are the truth; Redis only wakes the workers. A task is written in the transaction that wants it.

CREATE TABLE tasks (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    queue text NOT NULL CHECK (queue IN ('default', 'billing', 'provisioning', 'mail')),
    -- queued: to be given to Redis. pending: given, waiting for a worker. processing: leased to a worker.
    state text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'pending', 'processing', 'completed', 'failed', 'duplicate', 'cancelled')),
    attempts integer NOT NULL DEFAULT 0,
    attempts_max integer NOT NULL DEFAULT 10,
    input jsonb NOT NULL,
    output jsonb,
    error text,
    progress smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
    step text,
    client_id uuid,
    service_id uuid,
    document_id uuid,
    request_id text,
    -- At most one unfinished task of a key.
    dedup_key text,
    -- A person has to finish it (module `manual`): shown to staff until marked done.
    manual boolean NOT NULL DEFAULT false,
    run_at timestamptz NOT NULL,
    pushed_at timestamptz,
    lease_owner text,
    leased_until timestamptz,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    finished_at timestamptz,
    -- Real time of the last attempt.
    duration_ms bigint
);
CREATE UNIQUE INDEX tasks_dedup ON tasks (dedup_key) WHERE state IN ('queued', 'pending', 'processing');
CREATE INDEX tasks_due ON tasks (run_at, id) WHERE state = 'queued';
CREATE INDEX tasks_unfinished ON tasks (state, pushed_at, leased_until) WHERE state IN ('pending', 'processing');
CREATE INDEX tasks_created ON tasks (created_at, id);
CREATE INDEX tasks_state ON tasks (state, created_at);
CREATE INDEX tasks_name ON tasks (name, created_at);
CREATE INDEX tasks_client ON tasks (client_id, created_at) WHERE client_id IS NOT NULL;
CREATE INDEX tasks_service ON tasks (service_id, created_at) WHERE service_id IS NOT NULL;

-- What staff changed of a scheduled task, and how its runs went. The catalogue itself is in the program.
CREATE TABLE schedules (
    key text PRIMARY KEY,
    cron text NOT NULL,
    time_zone text NOT NULL DEFAULT 'UTC',
    enabled boolean NOT NULL DEFAULT true,
    next_run_at timestamptz,
    last_run_at timestamptz,
    last_task_id uuid,
    version integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL
);

-- Heartbeats of running programs.
CREATE TABLE processes (
    id uuid PRIMARY KEY,
    host text NOT NULL,
    role text NOT NULL CHECK (role IN ('serve', 'work', 'all')),
    app_version text NOT NULL,
    leader boolean NOT NULL DEFAULT false,
    started_at timestamptz NOT NULL,
    -- Real time, not the movable clock.
    seen_at timestamptz NOT NULL
);

CREATE TABLE notifications (
    id uuid PRIMARY KEY,
    event text NOT NULL,
    audience text NOT NULL CHECK (audience IN ('staff', 'client')),
    admin_id uuid REFERENCES admins ON DELETE CASCADE,
    user_id uuid REFERENCES users ON DELETE CASCADE,
    client_id uuid,
    email text NOT NULL,
    language text NOT NULL,
    -- What the template is filled with. Links and codes are in `secrets_sealed` until sent, then gone.
    params jsonb NOT NULL,
    secrets_sealed bytea,
    subject text,
    body_html text,
    body_text text,
    bell boolean NOT NULL DEFAULT false,
    read_at timestamptz,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sent', 'failed', 'skipped')),
    answer text,
    attachments jsonb NOT NULL DEFAULT '[]',
    -- The event that caused it: the same event notifies the same person once.
    dedup_key text,
    created_at timestamptz NOT NULL,
    sent_at timestamptz
);
CREATE UNIQUE INDEX notifications_dedup ON notifications (dedup_key, email);
CREATE INDEX notifications_created ON notifications (created_at, id);
CREATE INDEX notifications_client ON notifications (client_id, created_at) WHERE client_id IS NOT NULL;
CREATE INDEX notifications_bell_admin ON notifications (admin_id, created_at) WHERE bell AND admin_id IS NOT NULL;
CREATE INDEX notifications_bell_user ON notifications (user_id, created_at) WHERE bell AND user_id IS NOT NULL;
