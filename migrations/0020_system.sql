-- What an admin's page shows of the system itself.

-- The processes that run OKLA: each says every few seconds that it lives. A row goes with its process, or a day after.
create table servers (
    id                 uuid primary key,
    -- Where PostgreSQL sees it connect from; null: by a local socket.
    address            text,
    pid                integer not null,
    version            text not null,
    -- Whether it delivers, and if so whether its deliverers still turn.
    has_workers        boolean not null,
    workers_alive      boolean not null,
    -- Webhooks whose signature it refused since it started.
    refused_signatures bigint not null,
    started_at         timestamptz not null,
    beat_at            timestamptz not null
);

-- What Twilio last said of one of our numbers as a WhatsApp sender.
create table senders (
    number          text primary key,
    -- Whoever moves it on asks: one server at a time.
    next_ask_at     timestamptz not null,
    -- Null: never told. Twilio's own words; a number it does not know has no status.
    told_at         timestamptz,
    status          text,
    quality         text,
    messaging_limit text,
    -- Since when it cannot be asked; null: it can.
    failed_at       timestamptz
);

-- The ledger's month beside Twilio's, of the moment Twilio was asked; US$.
create table usage_months (
    month     date primary key,
    ledger    numeric(14, 6) not null,
    told      numeric(14, 6) not null,
    untold    bigint not null,
    confirmed numeric(14, 6),
    asked_at  timestamptz not null
);

-- Parts that an admin wants Twilio asked about now, beside the plan of questions.
create table asked_parts (
    part_id  uuid primary key,
    asked_at timestamptz not null,
    constraint asked_parts_part_id_fkey foreign key (part_id) references message_parts (id) on delete cascade
);

-- What Twilio took and of which nothing final was heard, the oldest first.
create index message_parts_under_way_idx on message_parts (first_attempted_at)
    where next_check_at is not null and status in ('queued', 'sending', 'sent');
