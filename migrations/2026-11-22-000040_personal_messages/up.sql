-- What was sent to a person himself stands among the messages of the clients that he acts for.
CREATE INDEX notifications_person ON notifications (user_id, created_at) WHERE client_id IS NULL AND user_id IS NOT NULL;
