-- Después de restaurar una copia y antes de arrancar ningún repartidor:
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

commit;
