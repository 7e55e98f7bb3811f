ALTER TABLE processes DROP COLUMN lost_at;
DROP INDEX tasks_document;
DROP INDEX tasks_finished;
DROP TABLE queues;
