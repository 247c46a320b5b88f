-- What a template took the place of waits for no price.
create or replace view figures_of_history as
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
        bool_and(provider_price is not null or not_sent or superseded) as is_confirmed
    from message_parts where message_id = m.id
) as p
group by 1, 2, 3, 4, 5, 6, 7;
