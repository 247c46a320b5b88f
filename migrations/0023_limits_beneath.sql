-- Stop all servers before it: those of before would not find the row they set.
--
-- A dealer's own value that ends lies over one that stays, which holds again when the other is over.
alter table limits add column is_temporary boolean not null generated always as (expires_at is not null) stored;
alter table limits drop constraint limits_key;
alter table limits add constraint limits_key unique nulls not distinct (name, dealer_id, is_temporary);

-- What holds at a moment, asked in one place.
create function okla_limits(at timestamptz) returns setof limits
    language sql stable parallel safe
begin atomic
    select distinct on (name, dealer_id) * from limits where expires_at is null or expires_at > at
    order by name, dealer_id, is_temporary desc;
end;
