-- Searching a dealer's messages without reading them all. pg_trgm comes with PostgreSQL and is trusted: whoever owns the
-- database may create it.
create extension if not exists pg_trgm;

-- Any piece of a text or of a number, three characters or more. Written at once: a list of what is pending would be
-- worked off in the middle of somebody's message.
create index messages_words_idx on messages using gin (okla_fold(body) gin_trgm_ops, to_phone gin_trgm_ops)
    with (fastupdate = off);
create index users_words_idx on users using gin (okla_fold(name) gin_trgm_ops, phone gin_trgm_ops);
create index messages_vehicle_idx on messages (vehicle_id, created_at desc) where vehicle_id is not null;
-- The list by cost.
create index messages_dealer_cost_idx on messages (dealer_id, cost desc, created_at desc, id desc);
