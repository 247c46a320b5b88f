-- Después de restaurar una copia y de «okla migrate», y antes de arrancar ningún repartidor:
--   psql -v ON_ERROR_STOP=1 -f despues-de-restaurar.sql BASE
-- La copia recuerda como pendiente lo que ya pudo salir. Nada de eso debe salir otra vez a ciegas. Se puede repetir.
begin;

-- Lo que esperaba en la bandeja de salida: como si su repartidor hubiera muerto en plena llamada. Queda «En verificación», se
-- busca dos veces en Twilio, y solo si no está se repite (o se devuelve con su cargo, según su tipo).
update message_parts p
set attempt_count = greatest(p.attempt_count, 1), first_attempted_at = coalesce(p.first_attempted_at, m.created_at)
from outbox o, messages m
where o.part_id = p.id and m.id = p.message_id;

with doubtful as (update outbox set leased_until = now(), available_at = now() returning part_id)
select count(*) as "partes por verificar en Twilio" from doubtful;

-- Los avisos cuya hora ya pasó: pudieron decirse después de la copia, y en la copia no consta. Se dan por perdidos.
with late as (
  update reminders set done_at = now(), outcome = 'late' where done_at is null and due_at <= now() returning errand)
select errand as "avisos que no saldrán", count(*) as cuántos from late group by errand order by errand;

-- Los reenvíos en grupo a medio hacer: quien los pidió verá cuáles faltan y puede pedirlos de nuevo.
with left_over as (update bulk_resend_items set outcome = 'error' where outcome is null returning 1)
select count(*) as "reenvíos detenidos" from left_over;

-- Las ofertas en marcha: a quiénes les llegó después de la copia no consta. Terminan, y quien no la tiene aquí ya no la recibe.
with ended as (
  update campaigns set state = 'stopped', hold = null, waits_for = null, waits_until = null, ended_at = now()
  where state in ('running', 'paused') returning id),
left_out as (
  update campaign_items i set state = 'skipped', reason = 'stopped' from ended
  where i.campaign_id = ended.id and i.state = 'pending' returning 1)
select (select count(*) from ended) as "ofertas terminadas", (select count(*) from left_out) as "personas que ya no la reciben";

commit;
