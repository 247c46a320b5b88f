-- Why a buyer wrote, as he chose it; null: by the API, or before reasons were asked for.
alter table messages
    add column reason text,
    add constraint messages_reason_known check (reason in ('disponibilidad', 'precio', 'prueba', 'otra'));
