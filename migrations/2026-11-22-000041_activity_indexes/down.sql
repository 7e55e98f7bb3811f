DROP INDEX activity_log_admin, activity_log_user, activity_log_level, activity_log_action;
