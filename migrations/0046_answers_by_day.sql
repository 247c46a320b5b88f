-- How many conversations buyers began each day in Santo Domingo, and how many of those have an answer: a period's figures are
-- sums of these rows, never a count over conversations. Kept by triggers, so that a server of the version before, still
-- running, counts too.
create table daily_answers (
    dealer_id uuid not null,
    day       date not null,
    asked     bigint not null,
    answered  bigint not null,
    constraint daily_answers_pkey primary key (dealer_id, day)
) with (fillfactor = 80);

create table daily_vehicle_answers (
    dealer_id  uuid not null,
    -- Zeros: about no vehicle.
    vehicle_id uuid not null,
    day        date not null,
    asked      bigint not null,
    answered   bigint not null,
    constraint daily_vehicle_answers_pkey primary key (dealer_id, vehicle_id, day)
) with (fillfactor = 80);

create function okla_count_answers() returns trigger language plpgsql as $$
declare
    begun date := (new.first_asked_at at time zone 'America/Santo_Domingo')::date;
    asks  bigint := case tg_op when 'INSERT' then 1 else 0 end;
    has   bigint := case when new.first_answered_at is null then 0 else 1 end;
begin
    -- The dealer's row and then the vehicle's, as `touch` has its conversations in order: nobody who waits here is waited for.
    insert into daily_answers as d (dealer_id, day, asked, answered) values (new.dealer_id, begun, asks, has)
    on conflict on constraint daily_answers_pkey
        do update set asked = d.asked + excluded.asked, answered = d.answered + excluded.answered;
    insert into daily_vehicle_answers as d (dealer_id, vehicle_id, day, asked, answered)
    values (new.dealer_id, coalesce(new.vehicle_id, '00000000-0000-0000-0000-000000000000'), begun, asks, has)
    on conflict on constraint daily_vehicle_answers_pkey
        do update set asked = d.asked + excluded.asked, answered = d.answered + excluded.answered;
    return null;
end;
$$;
create trigger threads_asked after insert on threads for each row
    when (new.buyer_id is not null and new.first_asked_at is not null) execute function okla_count_answers();
create trigger threads_answered after update of first_answered_at on threads for each row
    when (new.buyer_id is not null and new.first_asked_at is not null
        and old.first_answered_at is null and new.first_answered_at is not null)
    execute function okla_count_answers();

insert into daily_vehicle_answers (dealer_id, vehicle_id, day, asked, answered)
select dealer_id, coalesce(vehicle_id, '00000000-0000-0000-0000-000000000000'),
    (first_asked_at at time zone 'America/Santo_Domingo')::date, count(*), count(first_answered_at)
from threads where buyer_id is not null and first_asked_at is not null group by 1, 2, 3;
insert into daily_answers (dealer_id, day, asked, answered)
select dealer_id, day, sum(asked)::bigint, sum(answered)::bigint from daily_vehicle_answers group by 1, 2;

-- A vehicle's latest conversations with buyers.
create index threads_vehicle_asked_idx
    on threads (dealer_id, coalesce(vehicle_id, '00000000-0000-0000-0000-000000000000'), first_asked_at)
    include (first_answered_at, vehicle_id) where buyer_id is not null;
