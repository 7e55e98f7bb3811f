-- Whether a schedule is as delivered: then it keeps to the zone of the installation.
ALTER TABLE schedules ADD COLUMN follows_zone boolean NOT NULL DEFAULT true;
UPDATE schedules SET follows_zone = false WHERE version > 1;
