DROP FUNCTION uuid_v7(timestamptz);
