-- Searching a dealer's messages without reading them all. pg_trgm and btree_gin come with PostgreSQL and are trusted:
-- whoever owns the database may create them.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;

-- Any piece, three characters or more, of a dealer's texts and of the numbers they went to. Beside the messages, because
-- an index of trigrams costs as much as all else of a send: whoever writes a message notes it in `words_to_index`, a
-- worker adds it here, and a search reads both, which is exact at every instant.
create table message_words (
    message_id uuid primary key,
    dealer_id  uuid not null,
    -- Folded.
    words      text not null,
    to_phone   text not null,
    constraint message_words_message_id_fkey foreign key (message_id) references messages (id) on delete cascade
);
create index message_words_idx on message_words using gin (dealer_id, words gin_trgm_ops, to_phone gin_trgm_ops)
    with (fastupdate = off);
-- What is in too many messages for a list is found by walking a dealer's; so that the planner knows what is.
create statistics messages_words on (okla_fold(body)) from messages;
create table words_to_index (message_id uuid not null);
insert into words_to_index select id from messages where dealer_id is not null and body <> '';

create index users_words_idx on users using gin (okla_fold(name) gin_trgm_ops, phone gin_trgm_ops);
create index messages_vehicle_idx on messages (vehicle_id, created_at desc) where vehicle_id is not null;
-- The list by cost.
create index messages_dealer_cost_idx on messages (dealer_id, cost desc, created_at desc, id desc);
