-- What is paused, asked in one place.

create function okla_pauses(at timestamptz) returns setof pauses
    language sql stable parallel safe
begin atomic
    select * from pauses where ended_at is null and (until is null or until > at);
end;

-- The audit is read by its key.
drop index audit_at_idx;
