DROP INDEX notifications_person;
