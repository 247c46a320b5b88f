-- Stop all servers before it: those of before would add days up without this.
--
-- A day's figures whatever the kind: what charts and periods read, a fifth of the rows of `daily_figures`.
create table daily_states (
    dealer_id  uuid not null,
    day        date not null,
    by_buyer   boolean not null,
    status     text not null,
    cause      text not null,
    messages   bigint not null,
    parts      bigint not null,
    cost       numeric(18, 6) not null,
    confirmed  numeric(18, 6) not null,
    told       numeric not null,
    constraint daily_states_pkey primary key (dealer_id, day, by_buyer, status, cause)
) with (fillfactor = 80);

insert into daily_states
select dealer_id, day, by_buyer, status, cause, sum(messages), sum(parts), sum(cost), sum(confirmed), sum(told)
from daily_figures group by 1, 2, 3, 4, 5;

-- As `state_figures` and `state_figures_between`, whatever the kind.
create view day_states as
select dealer_id, day, by_buyer, status, cause, messages, parts, cost, confirmed, told from daily_states
union all
select dealer_id, day, by_buyer, status, cause, messages, parts, cost, confirmed, told from figure_changes;

create function states_between(whose uuid, first date, last date)
    returns table (day date, by_buyer boolean, status text, cause text, messages bigint, parts bigint,
        cost numeric, confirmed numeric, told numeric)
    language sql stable parallel safe
begin atomic
    select f.day, f.by_buyer, f.status, f.cause, f.messages, f.parts, f.cost, f.confirmed, f.told
    from daily_states f
    where f.dealer_id = whose and f.day >= first and f.day < least(okla_month_from(first), last + 1)
    union all
    select f.month, f.by_buyer, f.status, f.cause, f.messages, f.parts, f.cost, f.confirmed, f.told
    from monthly_figures f
    where f.dealer_id = whose and f.month >= okla_month_from(first) and f.month < okla_month_after(last)
    union all
    select f.day, f.by_buyer, f.status, f.cause, f.messages, f.parts, f.cost, f.confirmed, f.told
    from daily_states f
    where f.dealer_id = whose and f.day >= greatest(okla_month_from(first), okla_month_after(last)) and f.day <= last
    union all
    select f.day, f.by_buyer, f.status, f.cause, f.messages, f.parts, f.cost, f.confirmed, f.told
    from figure_changes f
    where f.dealer_id = whose and f.day between first and last;
end;
