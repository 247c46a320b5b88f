-- Conversations: what a buyer and a dealer say to each other about a vehicle, in both directions.
create table threads (
    id             uuid primary key,
    dealer_id      uuid not null,
    vehicle_id     uuid,
    -- The other side: a buyer with an account, else whoever is reached at an address.
    buyer_id       uuid,
    address        text,
    created_at     timestamptz not null,
    -- When anybody last said anything, and each side.
    last_at          timestamptz not null,
    buyer_spoke_at   timestamptz,
    dealer_spoke_at  timestamptz,
    -- When the dealer was first written to, and when he first answered that.
    first_asked_at    timestamptz,
    first_answered_at timestamptz,
    -- When the dealer's people last looked, and the buyer.
    dealer_seen_at timestamptz,
    buyer_seen_at  timestamptz,
    constraint threads_dealer_id_fkey foreign key (dealer_id) references dealers (id),
    constraint threads_vehicle_id_fkey foreign key (vehicle_id) references vehicles (id),
    constraint threads_buyer_id_fkey foreign key (buyer_id) references users (id),
    constraint threads_one_other_side check (num_nonnulls(buyer_id, address) = 1),
    constraint threads_key unique nulls not distinct (dealer_id, vehicle_id, buyer_id, address)
);
create index threads_dealer_idx on threads (dealer_id, last_at desc, id desc);
create index threads_buyer_idx on threads (buyer_id, last_at desc, id desc) where buyer_id is not null;

alter table messages
    add column thread_id uuid,
    add constraint messages_thread_id_fkey foreign key (thread_id) references threads (id);
create index messages_thread_idx on messages (thread_id, created_at) where thread_id is not null;
-- Which threads somebody at a number may be answering.
create index messages_answerable_idx on messages (to_phone, created_at desc) where thread_id is not null;

alter table inbound_messages
    -- Whose it is; null: nobody's yet.
    add column thread_id      uuid,
    -- The message of ours that it answers, and the button that was pressed.
    add column replied_to     text,
    add column button         text,
    -- It is meant for OKLA itself: an opt-out, an answer to a question of ours.
    add column to_okla        boolean not null default false,
    -- When all that follows from it was done; and until when somebody is at it.
    add column handled_at     timestamptz,
    add column handling_until timestamptz,
    add constraint inbound_messages_thread_id_fkey foreign key (thread_id) references threads (id);
update inbound_messages set handled_at = received_at;
create index inbound_messages_unhandled_idx on inbound_messages (received_at) where handled_at is null;
create index inbound_messages_thread_idx on inbound_messages (thread_id, received_at) where thread_id is not null;
-- The words that wait to be told whose they are.
create index inbound_messages_nobodys_idx on inbound_messages (from_address, received_at)
    where thread_id is null and not to_okla and handled_at is not null;

-- What a dealer's people answer here, to buyers with an account.
create table answers (
    id         uuid primary key,
    thread_id  uuid not null,
    author_id  uuid not null,
    body       text not null,
    created_at timestamptz not null,
    constraint answers_thread_id_fkey foreign key (thread_id) references threads (id),
    constraint answers_author_id_fkey foreign key (author_id) references users (id)
);
create index answers_thread_idx on answers (thread_id, created_at);

-- «¿Para quién es?»: which threads somebody was offered for words that fit several.
create table questions (
    id          uuid primary key,
    address     text not null,
    -- In the order of the buttons.
    threads     uuid[] not null,
    asked_at    timestamptz not null,
    answered_at timestamptz
);
create unique index questions_open_key on questions (address) where answered_at is null;

-- Addresses that want nothing of ours any more, as keyed hashes.
create table opt_outs (
    address_hash bytea primary key,
    since        timestamptz not null
);

-- OKLA itself, where nobody else writes: confirmations and questions.
insert into users (id, email, name, role, password_hash, created_at, disabled_at)
values ('00000000-0000-7000-8000-00000000000a', 'okla@okla.invalid', 'OKLA', 'admin', '!', '2026-01-01T04:00:00Z', '2026-01-01T04:00:00Z');

alter table messages drop constraint messages_own_reason_known;
alter table messages add constraint messages_own_reason_known
    check (own_reason in ('not_created', 'unreachable', 'expired', 'part_failed', 'opted_out'));
alter table message_parts drop constraint message_parts_own_reason_known;
alter table message_parts add constraint message_parts_own_reason_known
    check (own_reason in ('not_created', 'unreachable', 'expired', 'part_failed', 'opted_out'));
