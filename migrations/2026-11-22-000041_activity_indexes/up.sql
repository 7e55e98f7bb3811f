-- What the log is filtered by, newest first: who did it, how bad it was, how the name of the action begins.
CREATE INDEX activity_log_admin ON activity_log (admin_id, at, id) WHERE admin_id IS NOT NULL;
CREATE INDEX activity_log_user ON activity_log (user_id, at, id) WHERE user_id IS NOT NULL;
CREATE INDEX activity_log_level ON activity_log (level, at, id) WHERE level <> 'info';
CREATE INDEX activity_log_action ON activity_log (action text_pattern_ops, at, id);
