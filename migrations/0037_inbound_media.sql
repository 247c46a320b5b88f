-- What comes with somebody's words: who he says he is, what WhatsApp calls it, and the files, each fetched from Twilio.
alter table inbound_messages
    -- What he calls himself on WhatsApp; erased with his words.
    add column profile_name text,
    -- What stands in a number's place for whoever hides his (fact sheet §5.3).
    add column bsuid        text,
    -- What is neither words nor a file: a place, or that it is of a kind we do not show. JSON.
    add column extra        jsonb,
    -- Files it was said to have beyond those that were taken.
    add column media_left   smallint not null default 0,
    -- When an admin said that it is for no conversation.
    add column closed_at    timestamptz;
-- Old ones are looked for to be erased.
create index inbound_messages_received_idx on inbound_messages (received_at);
-- What an admin gives to a conversation, the newest first.
create index inbound_messages_waiting_idx on inbound_messages (received_at desc, id desc)
    where thread_id is null and not to_okla and handled_at is not null and closed_at is null;

create table inbound_media (
    id            uuid primary key,
    inbound_id    uuid not null,
    -- From 0, as Twilio counts.
    place         smallint not null,
    -- Where Twilio says it is; whether that is Twilio's own is judged when it is fetched.
    url           text not null,
    -- What Twilio says it is.
    declared_type text not null,
    state         text not null,
    -- Why it is not shown.
    problem       text,
    -- What it is by its own first bytes, and how big.
    kind          text,
    size          integer,
    width         integer,
    height        integer,
    bytes         bytea,
    attempts      smallint not null default 0,
    next_try_at   timestamptz not null,
    created_at    timestamptz not null,
    constraint inbound_media_inbound_id_fkey foreign key (inbound_id) references inbound_messages (id) on delete cascade,
    constraint inbound_media_place_key unique (inbound_id, place),
    constraint inbound_media_state_known check (state in ('waiting', 'stored', 'refused')),
    constraint inbound_media_problem_known check (problem in ('foreign', 'too_large', 'type', 'gone')),
    constraint inbound_media_stored check ((state = 'stored') = (bytes is not null and kind is not null))
);
-- They are packed already.
alter table inbound_media alter column bytes set storage external;
create index inbound_media_due_idx on inbound_media (next_try_at) where state = 'waiting';

-- Who is behind what stands in a number's place: learnt where both come together.
create table whatsapp_ids (
    bsuid   text primary key,
    phone   text not null,
    seen_at timestamptz not null
);
create index whatsapp_ids_phone_idx on whatsapp_ids (phone);
