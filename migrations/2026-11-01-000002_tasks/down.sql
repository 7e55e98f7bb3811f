DROP TABLE notifications, processes, schedules, tasks;
