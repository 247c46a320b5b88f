-- Those that could not go while they were of use: an admin reads how many of late.
create index reminders_late_idx on reminders (done_at) where outcome = 'late';
