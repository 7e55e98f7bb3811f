DROP TABLE preferences, activity_log, idempotency_keys, sign_in_attempts, api_tokens, recovery_codes, factors,
    one_time_links, sessions, client_notes, client_status_history, client_users, client_addresses, clients, users,
    admin_group_members, admin_group_groups, admin_group_permissions, admin_groups, admins, currencies, clock, settings;
DROP FUNCTION refuse_change();
