-- A second factor that is being set up waits in the session that began it: no other may see its secret.
delete from second_factors where confirmed_at is null;
alter table second_factors alter column confirmed_at set not null;

-- An alarm is about the last hour, not about all that came since a server started.
alter table servers add column refused_at timestamptz;
