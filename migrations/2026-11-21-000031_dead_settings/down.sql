UPDATE settings
SET value = value || '{"services": {"suspension_grace_hours": 72, "termination_delay_hours": 48, "order_cancel_hours": 48}}'
WHERE key = 'settings';
