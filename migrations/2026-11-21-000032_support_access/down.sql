DELETE FROM sessions WHERE portal = 'support';
ALTER TABLE sessions DROP CONSTRAINT sessions_visit_check;
ALTER TABLE sessions DROP CONSTRAINT sessions_portal_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_portal_check CHECK (portal IN ('admin', 'client'));
ALTER TABLE sessions DROP COLUMN visit_id;
DROP TABLE support_requests;
DROP TABLE support_visits;
DROP TABLE support_access;
