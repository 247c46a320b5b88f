-- Stop all servers before it: those of before would add days up without their months.
--
-- Whole months in one row each, so that a year reads as few rows as a fortnight. A period's figures are its whole months,
-- the days at its two ends, and what is noted and not yet added up.

create table monthly_figures (
    dealer_id  uuid not null,
    -- Its first day.
    month      date not null,
    kind       text not null,
    by_buyer   boolean not null,
    status     text not null,
    cause      text not null,
    messages   bigint not null,
    parts      bigint not null,
    cost       numeric(18, 6) not null,
    confirmed  numeric(18, 6) not null,
    told       numeric not null,
    constraint monthly_figures_pkey primary key (dealer_id, month, kind, by_buyer, status, cause)
) with (fillfactor = 80);

create table monthly_vehicle_figures (
    dealer_id  uuid not null,
    month      date not null,
    vehicle_id uuid not null,
    kind       text not null,
    messages   bigint not null,
    arrived    bigint not null,
    failed     bigint not null,
    cost       numeric(18, 6) not null,
    constraint monthly_vehicle_figures_pkey primary key (dealer_id, month, vehicle_id, kind)
) with (fillfactor = 80);

insert into monthly_figures
select dealer_id, date_trunc('month', day::timestamp)::date, kind, by_buyer, status, cause,
    sum(messages), sum(parts), sum(cost), sum(confirmed), sum(told)
from daily_figures group by 1, 2, 3, 4, 5, 6;

insert into monthly_vehicle_figures
select dealer_id, date_trunc('month', day::timestamp)::date, vehicle_id, kind, sum(messages), sum(arrived), sum(failed), sum(cost)
from daily_vehicle_figures group by 1, 2, 3, 4;

-- The days on which a dealer has messages in some states, without reading the others.
create index daily_figures_status_idx on daily_figures (dealer_id, status, day);

-- The first month that begins on or after a day, and the month in which a day's morrow lies: between them lie whole months.
create function okla_month_from(day date) returns date
    language sql immutable parallel safe strict
    return (date_trunc('month', (day - 1)::timestamp) + interval '1 month')::date;
create function okla_month_after(day date) returns date
    language sql immutable parallel safe strict
    return date_trunc('month', (day + 1)::timestamp)::date;

-- A dealer's figures of a period, both ends included; `day` of a whole month is its first.
create function state_figures_between(whose uuid, first date, last date)
    returns table (day date, kind text, by_buyer boolean, status text, cause text, messages bigint, parts bigint,
        cost numeric, confirmed numeric, told numeric)
    language sql stable parallel safe
begin atomic
    select f.day, f.kind, f.by_buyer, f.status, f.cause, f.messages, f.parts, f.cost, f.confirmed, f.told
    from daily_figures f
    where f.dealer_id = whose and f.day >= first and f.day < least(okla_month_from(first), last + 1)
    union all
    select f.month, f.kind, f.by_buyer, f.status, f.cause, f.messages, f.parts, f.cost, f.confirmed, f.told
    from monthly_figures f
    where f.dealer_id = whose and f.month >= okla_month_from(first) and f.month < okla_month_after(last)
    union all
    select f.day, f.kind, f.by_buyer, f.status, f.cause, f.messages, f.parts, f.cost, f.confirmed, f.told
    from daily_figures f
    where f.dealer_id = whose and f.day >= greatest(okla_month_from(first), okla_month_after(last)) and f.day <= last
    union all
    select f.day, f.kind, f.by_buyer, f.status, f.cause, f.messages, f.parts, f.cost, f.confirmed, f.told
    from figure_changes f
    where f.dealer_id = whose and f.day between first and last;
end;

create function vehicle_figures_between(whose uuid, first date, last date)
    returns table (vehicle_id uuid, messages bigint, arrived bigint, failed bigint, cost numeric)
    language sql stable parallel safe
begin atomic
    select f.vehicle_id, f.messages, f.arrived, f.failed, f.cost
    from daily_vehicle_figures f
    where f.dealer_id = whose and f.day >= first and f.day < least(okla_month_from(first), last + 1)
    union all
    select f.vehicle_id, f.messages, f.arrived, f.failed, f.cost
    from monthly_vehicle_figures f
    where f.dealer_id = whose and f.month >= okla_month_from(first) and f.month < okla_month_after(last)
    union all
    select f.vehicle_id, f.messages, f.arrived, f.failed, f.cost
    from daily_vehicle_figures f
    where f.dealer_id = whose and f.day >= greatest(okla_month_from(first), okla_month_after(last)) and f.day <= last
    union all
    select f.vehicle_id, f.messages,
        case when f.status in ('delivered', 'read') then f.messages else 0 end,
        case when f.status in ('failed', 'undelivered', 'canceled') then f.messages else 0 end, f.cost
    from figure_changes f
    where f.dealer_id = whose and f.day between first and last;
end;
