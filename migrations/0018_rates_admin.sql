-- The rate card and the pesos of a dollar as admins keep them, and what the platform's sums are read by.

alter table rates add column reason text not null default '';
alter table rates add column set_at timestamptz;
-- Null: it came with OKLA.
alter table rates add column set_by uuid;
alter table rates add constraint rates_set_by_fkey foreign key (set_by) references users (id) on delete set null;
update rates set set_at = effective_from;
alter table rates alter column set_at set not null;

-- What a dollar costs in pesos, so that spend is also shown in RD$; never in the ledger. A later row of the same day
-- corrects an earlier one.
create table dop_rates (
    id      uuid primary key,
    day     date not null,
    -- RD$ for US$ 1.
    pesos   numeric(10, 4) not null,
    -- Who says so, such as the Banco Central.
    source  text not null,
    set_at  timestamptz not null,
    set_by  uuid,
    constraint dop_rates_pesos_positive check (pesos > 0),
    constraint dop_rates_set_by_fkey foreign key (set_by) references users (id) on delete set null
);
-- Read by every page of a dealer: one row.
create index dop_rates_day_idx on dop_rates (day desc, set_at desc);

-- All dealers' figures of a period.
create index daily_totals_day_idx on daily_totals (day);
create index daily_figures_day_idx on daily_figures (day);
create index monthly_figures_month_idx on monthly_figures (month);

-- As `state_figures_between`, of all dealers and of those who are nobody's.
create function platform_figures_between(first date, last date)
    returns table (kind text, messages bigint, parts bigint, cost numeric, confirmed numeric, told numeric)
    language sql stable parallel safe
begin atomic
    select f.kind, f.messages, f.parts, f.cost, f.confirmed, f.told
    from daily_figures f
    where f.day >= first and f.day < least(okla_month_from(first), last + 1)
    union all
    select f.kind, f.messages, f.parts, f.cost, f.confirmed, f.told
    from monthly_figures f
    where f.month >= okla_month_from(first) and f.month < okla_month_after(last)
    union all
    select f.kind, f.messages, f.parts, f.cost, f.confirmed, f.told
    from daily_figures f
    where f.day >= greatest(okla_month_from(first), okla_month_after(last)) and f.day <= last
    union all
    select f.kind, f.messages, f.parts, f.cost, f.confirmed, f.told
    from figure_changes f
    where f.day between first and last;
end;
