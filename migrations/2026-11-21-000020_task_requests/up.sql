-- Tasks are found by the request that wrote them.
CREATE INDEX tasks_request ON tasks (request_id, created_at) WHERE request_id IS NOT NULL;
