-- Stop all servers before it: those of before would add days up without this.
--
-- All that charts and tiles read of a day in one row, so that a period costs as many rows as it has days, however many
-- messages it has. Which status belongs to which group of states is said in `okla_by_group` (and in StateGroup::of).
create table daily_totals (
    dealer_id    uuid not null,
    day          date not null,
    -- Messages, by group of states.
    waiting      bigint not null,
    verifying    bigint not null,
    sent         bigint not null,
    delivered    bigint not null,
    read         bigint not null,
    failed       bigint not null,
    parts        bigint not null,
    cost         numeric(18, 6) not null,
    confirmed    numeric(18, 6) not null,
    told         numeric not null,
    -- What buyers wrote.
    contacts     bigint not null,
    contact_cost numeric(18, 6) not null,
    constraint daily_totals_pkey primary key (dealer_id, day)
) with (fillfactor = 80);

create function okla_by_group(status text, messages bigint)
    returns table (waiting bigint, verifying bigint, sent bigint, delivered bigint, read bigint, failed bigint)
    language sql immutable parallel safe
begin atomic
    select case when status in ('queued', 'sending') then messages else 0 end,
        case when status = 'verifying' then messages else 0 end,
        case when status = 'sent' then messages else 0 end,
        case when status = 'delivered' then messages else 0 end,
        case when status = 'read' then messages else 0 end,
        case when status in ('failed', 'undelivered', 'canceled') then messages else 0 end;
end;

-- What `daily_totals` must equal.
create view totals_of_figures as
select f.dealer_id, f.day, sum(g.waiting)::bigint as waiting, sum(g.verifying)::bigint as verifying,
    sum(g.sent)::bigint as sent, sum(g.delivered)::bigint as delivered, sum(g.read)::bigint as read,
    sum(g.failed)::bigint as failed, sum(f.parts)::bigint as parts, sum(f.cost) as cost, sum(f.confirmed) as confirmed,
    sum(f.told) as told, coalesce(sum(f.messages) filter (where f.by_buyer), 0)::bigint as contacts,
    coalesce(sum(f.cost) filter (where f.by_buyer), 0) as contact_cost
from daily_figures f cross join lateral okla_by_group(f.status, f.messages) as g
group by 1, 2;

insert into daily_totals select * from totals_of_figures;

-- What is read: what is added up, and what is noted since.
create view day_totals as
select * from daily_totals
union all
select f.dealer_id, f.day, g.waiting, g.verifying, g.sent, g.delivered, g.read, g.failed, f.parts, f.cost, f.confirmed, f.told,
    case when f.by_buyer then f.messages else 0 end, case when f.by_buyer then f.cost else 0 end
from figure_changes f cross join lateral okla_by_group(f.status, f.messages) as g;
