-- Modules that somebody has activated, configured or tested. One that ships and has no row is inactive.
CREATE TABLE modules (
    key text PRIMARY KEY CHECK (length(key) <= 63),
    -- For the log of changes, and what its secrets are sealed for.
    id uuid NOT NULL UNIQUE,
    status text NOT NULL DEFAULT 'inactive' CHECK (status IN ('inactive', 'active', 'needs_update', 'error')),
    -- What is wrong with it: the answer of the last test, or what its configuration lacks.
    error text,
    -- Of the module, when its configuration was last found good.
    module_version text NOT NULL,
    configuration jsonb NOT NULL DEFAULT '{}',
    activated_at timestamptz,
    tested_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL
);
-- What products were sold with so far.
INSERT INTO modules (key, id, status, module_version, activated_at, updated_at)
VALUES ('manual', gen_random_uuid(), 'active', '0.1.0', now(), now());

-- Every call of a module, with its secrets masked. A partition a month; old months are dropped whole.
CREATE TABLE module_log (
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    level text NOT NULL CHECK (level IN ('debug', 'info', 'warning', 'error')),
    module text NOT NULL,
    action text NOT NULL,
    operation_id uuid,
    service_id uuid,
    client_id uuid,
    attempt integer NOT NULL,
    duration_ms bigint NOT NULL,
    message text NOT NULL,
    request jsonb NOT NULL,
    response jsonb NOT NULL,
    request_id text,
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX module_log_created_at ON module_log (created_at, id);
CREATE INDEX module_log_service ON module_log (service_id, created_at, id);

-- Makes sure that logs have the months from the one of `first` to the one of `last`. A month is made apart and then attached,
-- which waits for nobody who writes. Runs with the rights of the owner, as `ensure_partitions` does.
CREATE FUNCTION ensure_log_partitions(first timestamptz, last timestamptz) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    month timestamptz := date_trunc('month', first, 'UTC');
    following timestamptz;
    name text;
BEGIN
    PERFORM pg_advisory_xact_lock(727275);
    WHILE month <= last LOOP
        following := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
        name := 'module_log_' || to_char(month AT TIME ZONE 'UTC', 'YYYY_MM');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE module_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)', name);
            EXECUTE format('ALTER TABLE module_log ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', name, month, following);
        END IF;
        month := following;
    END LOOP;
END
$$;

-- Drops the months of logs that were over before `before`. Says how many.
CREATE FUNCTION drop_log_partitions(before timestamptz) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    first_kept text := 'module_log_' || to_char(before AT TIME ZONE 'UTC', 'YYYY_MM');
    name text;
    dropped bigint := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(727275);
    FOR name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'module_log'::regclass AND c.relname::text COLLATE "C" < first_kept
    LOOP
        EXECUTE format('DROP TABLE %I', name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
REVOKE EXECUTE ON FUNCTION ensure_log_partitions(timestamptz, timestamptz), drop_log_partitions(timestamptz) FROM PUBLIC;
