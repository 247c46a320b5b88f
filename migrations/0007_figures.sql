-- Stop all servers before it: those of before would change messages without counting them.
--
-- What messages came to, by the day in Santo Domingo on which each was written. Figures on pages are sums of these rows,
-- never a count over messages. Whoever writes or changes messages notes the difference in the same transaction
-- (`figure_changes`, insert only, so that nobody waits for another); a worker adds the notes up. What is read is always
-- both together, which is exact at every instant.

create table figure_changes (
    -- Zeros: charged to nobody.
    dealer_id  uuid not null,
    day        date not null,
    -- Zeros: about no vehicle.
    vehicle_id uuid not null,
    kind       text not null,
    -- A buyer wrote it.
    by_buyer   boolean not null,
    status     text not null,
    -- Of a failure: Twilio's code, else our own reason, else `unknown`. Otherwise empty.
    cause      text not null,
    messages   bigint not null,
    parts      bigint not null,
    -- US$ charged: the ledger's sum.
    cost       numeric(18, 6) not null,
    -- Of that, what is settled: Twilio has told its price of every part that left.
    confirmed  numeric(18, 6) not null,
    -- US$ that Twilio told it charges OKLA.
    told       numeric not null
);
create index figure_changes_dealer_idx on figure_changes (dealer_id);

-- By state and cause.
create table daily_figures (
    dealer_id  uuid not null,
    day        date not null,
    kind       text not null,
    by_buyer   boolean not null,
    status     text not null,
    cause      text not null,
    messages   bigint not null,
    parts      bigint not null,
    cost       numeric(18, 6) not null,
    confirmed  numeric(18, 6) not null,
    told       numeric not null,
    constraint daily_figures_pkey primary key (dealer_id, day, kind, by_buyer, status, cause)
) with (fillfactor = 80);

-- By vehicle.
create table daily_vehicle_figures (
    dealer_id  uuid not null,
    day        date not null,
    vehicle_id uuid not null,
    kind       text not null,
    messages   bigint not null,
    arrived    bigint not null,
    failed     bigint not null,
    cost       numeric(18, 6) not null,
    constraint daily_vehicle_figures_pkey primary key (dealer_id, day, vehicle_id, kind)
) with (fillfactor = 80);

-- What is read: what is added up, and what is noted since.
create view state_figures as
select dealer_id, day, kind, by_buyer, status, cause, messages, parts, cost, confirmed, told from daily_figures
union all
select dealer_id, day, kind, by_buyer, status, cause, messages, parts, cost, confirmed, told from figure_changes;

create view vehicle_figures as
select dealer_id, day, vehicle_id, kind, messages, arrived, failed, cost from daily_vehicle_figures
union all
select dealer_id, day, vehicle_id, kind, messages,
    case when status in ('delivered', 'read') then messages else 0 end,
    case when status in ('failed', 'undelivered', 'canceled') then messages else 0 end, cost
from figure_changes;

-- The same sums by counting: what the figures must equal. Read by `okla figures check` and by nothing a person waits for.
create view figures_of_history as
select coalesce(m.dealer_id, '00000000-0000-0000-0000-000000000000') as dealer_id,
    (m.created_at at time zone 'America/Santo_Domingo')::date as day,
    coalesce(m.vehicle_id, '00000000-0000-0000-0000-000000000000') as vehicle_id,
    m.kind,
    m.sender_role = 'buyer' as by_buyer,
    m.status,
    case when m.status in ('failed', 'undelivered', 'canceled')
        then coalesce(m.own_reason, m.error_code::text, 'unknown') else '' end as cause,
    count(*) as messages,
    sum(m.parts)::bigint as parts,
    sum(m.cost) as cost,
    coalesce(sum(m.cost) filter (where p.is_confirmed), 0) as confirmed,
    sum(p.told) as told
from messages m
cross join lateral (
    select coalesce(sum(provider_price) filter (where provider_price_currency = 'USD'), 0) as told,
        bool_and(provider_price is not null or not_sent) as is_confirmed
    from message_parts where message_id = m.id
) as p
group by 1, 2, 3, 4, 5, 6, 7;

insert into figure_changes (dealer_id, day, vehicle_id, kind, by_buyer, status, cause, messages, parts, cost, confirmed, told)
select dealer_id, day, vehicle_id, kind, by_buyer, status, cause, messages, parts, cost, confirmed, told
from figures_of_history;
