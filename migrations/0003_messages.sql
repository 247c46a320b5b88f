-- A message as its sender sees it; its parts, each one Twilio message; what waits to be sent; what was said about it;
-- what it cost; what it counted against.

create table messages (
    id             uuid primary key,
    sender_id      uuid not null,
    -- Whose token or session; frozen, a role may change later.
    sender_role    text not null,
    -- The dealer it is charged to and shown to: the sender's own, or the seller's. Null: an admin's to a bare number.
    dealer_id      uuid,
    vehicle_id     uuid,
    kind           text not null,
    to_phone       text not null,
    body           text not null,
    image_url      text,
    -- Its least advanced part's; one failed part makes it failed.
    status         text not null,
    error_code     integer,
    -- Refused by Twilio at create, or proved never created: nothing left the house, nothing is charged.
    not_sent       boolean not null default false,
    -- Why it failed when the reason is ours and bears no Twilio code.
    own_reason     text,
    parts          smallint not null,
    -- Made with the form: a second press of «Enviar» finds the first message.
    form_key       uuid,
    created_at     timestamptz not null,
    sent_at        timestamptz,
    delivered_at   timestamptz,
    read_at        timestamptz,
    -- When Twilio last said anything about it.
    checked_at     timestamptz,
    constraint messages_sender_id_fkey foreign key (sender_id) references users (id),
    constraint messages_dealer_id_fkey foreign key (dealer_id) references dealers (id),
    constraint messages_vehicle_id_fkey foreign key (vehicle_id) references vehicles (id),
    constraint messages_sender_role_known check (sender_role in ('buyer', 'dealer', 'admin')),
    constraint messages_kind_known check (kind in ('contact', 'new_interest', 'test_drive', 'listing_expiry', 'offer')),
    constraint messages_status_known check (status in
        ('queued', 'sending', 'verifying', 'sent', 'delivered', 'read', 'undelivered', 'failed', 'canceled')),
    constraint messages_own_reason_known check (own_reason in ('not_created', 'unreachable')),
    constraint messages_form_key_key unique (sender_id, form_key)
);
-- The two histories, newest first, paged by (created_at, id).
create index messages_sender_history_idx on messages (sender_id, created_at desc, id desc);
create index messages_dealer_history_idx on messages (dealer_id, created_at desc, id desc);

-- Part 1 bears its message's id, so a callback that names the message names its first part.
create table message_parts (
    id             uuid primary key,
    message_id     uuid not null,
    number         smallint not null,
    body           text not null,
    status         text not null,
    sid            text,
    error_code     integer,
    error_message  text,
    -- As on the message: this part never left, and why if we decided it.
    not_sent       boolean not null default false,
    own_reason     text,
    segments       smallint,
    -- What Twilio says it charges OKLA, positive; null until it says so.
    provider_price          numeric(12, 5),
    provider_price_currency text,
    attempt_count  smallint not null default 0,
    -- Before the first byte of the latest attempt left: a match at Twilio is younger than this.
    attempted_at   timestamptz,
    -- When Twilio is asked next; null when nothing is left to ask.
    next_check_at  timestamptz,
    checks         smallint not null default 0,
    constraint message_parts_message_id_fkey foreign key (message_id) references messages (id) on delete cascade,
    constraint message_parts_number_key unique (message_id, number),
    constraint message_parts_status_known check (status in
        ('queued', 'sending', 'verifying', 'sent', 'delivered', 'read', 'undelivered', 'failed', 'canceled')),
    constraint message_parts_own_reason_known check (own_reason in ('not_created', 'unreachable')),
    constraint message_parts_currency_iso check (provider_price_currency ~ '^[A-Z]{3}$')
);
-- Two of our parts never own one Twilio message.
create unique index message_parts_sid_key on message_parts (sid);
create index message_parts_next_check_idx on message_parts (next_check_at) where next_check_at is not null;

-- What waits to be sent. A row is there until the outcome of its call is stored; a lease that ran out while a call was
-- under way means its worker died: the outcome is then unknown, never «not sent».
create table outbox (
    part_id      uuid primary key,
    available_at timestamptz not null,
    leased_until timestamptz,
    constraint outbox_part_id_fkey foreign key (part_id) references message_parts (id) on delete cascade
);
create index outbox_available_idx on outbox (available_at);

-- All that was ever said about a message, append-only, in our time. `part_id` is null for a sid we do not know (yet).
create table message_events (
    id            bigint generated always as identity primary key,
    part_id       uuid,
    sid           text,
    -- callback: Twilio called us; create, fetch: Twilio answered us; okla: we decided.
    source        text not null,
    -- Twilio's own word, known to us or not.
    status        text not null,
    error_code    integer,
    error_message text,
    -- Twilio's form fields without the person's number.
    fields        jsonb not null default '{}',
    -- Twilio's I-Twilio-Idempotency-Token, or what stands for it.
    dedupe_key    text not null,
    received_at   timestamptz not null,
    constraint message_events_part_id_fkey foreign key (part_id) references message_parts (id) on delete cascade,
    constraint message_events_source_known check (source in ('callback', 'create', 'fetch', 'okla')),
    constraint message_events_dedupe_key unique (dedupe_key)
);
create index message_events_part_idx on message_events (part_id, id);
create index message_events_orphans_idx on message_events (sid) where part_id is null;

-- What was charged to a dealer, append-only; a message's cost is the sum of its entries.
create table ledger_entries (
    id         bigint generated always as identity primary key,
    message_id uuid not null,
    dealer_id  uuid,
    -- charge: taken with the message; release: given back; adjustment: what is left to pay after a failure.
    reason     text not null,
    amount     numeric(12, 5) not null,
    currency   text not null,
    created_at timestamptz not null,
    constraint ledger_entries_message_id_fkey foreign key (message_id) references messages (id),
    constraint ledger_entries_dealer_id_fkey foreign key (dealer_id) references dealers (id),
    constraint ledger_entries_reason_known check (reason in ('charge', 'release', 'adjustment')),
    constraint ledger_entries_currency_iso check (currency ~ '^[A-Z]{3}$')
);
create index ledger_entries_message_idx on ledger_entries (message_id);

-- Limits as set: a null dealer is the rule for all, a null value is «no limit».
create table limits (
    name       text not null,
    dealer_id  uuid,
    value      integer,
    updated_at timestamptz not null,
    constraint limits_key unique nulls not distinct (name, dealer_id),
    constraint limits_dealer_id_fkey foreign key (dealer_id) references dealers (id),
    constraint limits_value_positive check (value >= 0)
);

-- Calendar-day counters: one row a limit, subject and day, so that no count over messages is ever needed.
create table limit_days (
    name    text not null,
    subject text not null,
    day     date not null,
    used    integer not null,
    constraint limit_days_pkey primary key (name, subject, day),
    constraint limit_days_used_positive check (used >= 0)
);

-- The row a rolling limit locks while it counts.
create table limit_subjects (
    name    text not null,
    subject text not null,
    constraint limit_subjects_pkey primary key (name, subject)
);

-- Each place a message took, so that it can be given back exactly once, and so that a rolling window can be counted.
create table limit_places (
    name       text not null,
    subject    text not null,
    message_id uuid not null,
    places     integer not null,
    taken_at   timestamptz not null,
    -- Set for calendar limits: the day whose counter holds it.
    day        date,
    constraint limit_places_pkey primary key (message_id, name),
    constraint limit_places_message_id_fkey foreign key (message_id) references messages (id) on delete cascade
);
create index limit_places_window_idx on limit_places (name, subject, taken_at desc) where day is null;
-- To forget what no window counts any more.
create index limit_places_taken_at_idx on limit_places (taken_at);

-- What people wrote to OKLA's number; threads are made of it later.
create table inbound_messages (
    id          uuid primary key,
    sid         text not null,
    from_address text not null,
    body        text not null,
    fields      jsonb not null,
    received_at timestamptz not null,
    constraint inbound_messages_sid_key unique (sid)
);
create index inbound_messages_from_idx on inbound_messages (from_address, received_at desc);
