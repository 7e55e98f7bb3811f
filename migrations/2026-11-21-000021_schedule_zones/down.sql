ALTER TABLE schedules DROP COLUMN follows_zone;
