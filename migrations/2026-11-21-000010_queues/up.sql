-- What staff set of each queue.
CREATE TABLE queues (
    queue text PRIMARY KEY CHECK (queue IN ('default', 'billing', 'provisioning', 'mail')),
    -- Nothing of it is begun; what runs is finished.
    paused boolean NOT NULL DEFAULT false,
    -- Tasks that one process runs at once: between these, as much as waits.
    concurrency_min integer NOT NULL DEFAULT 1 CHECK (concurrency_min >= 1),
    concurrency_max integer NOT NULL DEFAULT 8 CHECK (concurrency_max BETWEEN concurrency_min AND 64),
    version integer NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL
);
INSERT INTO queues (queue, updated_at)
VALUES ('default', now()), ('billing', now()), ('provisioning', now()), ('mail', now());

-- Statistics read this index alone.
CREATE INDEX tasks_finished ON tasks (finished_at) INCLUDE (queue, name, state, manual, duration_ms, started_at, run_at)
    WHERE state IN ('completed', 'failed');
CREATE INDEX tasks_document ON tasks (document_id, created_at) WHERE document_id IS NOT NULL;

-- A process that stopped without a word stays on the list for a while, so that staff see it.
ALTER TABLE processes ADD COLUMN lost_at timestamptz;
