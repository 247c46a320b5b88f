-- Stop all servers before it: those of before cannot write messages after it.
--
-- Delivery that never loses, never doubles, never overshoots: counters instead of counted places, idempotency keys, a
-- rate card, a pace that all servers keep together, and parts that follow one another.

-- Limits: `dealer_budget` is in US$, the others in messages.
alter table limits alter column value type numeric(14, 6);

-- What a limit counts now: the places (for `dealer_budget`: micro-dollars; for `meta_tier`: recipients) of the messages
-- created after `since`. Whoever takes or gives back holds the row. A row that is not there is counted anew from the
-- messages.
create table limit_counters (
    name    text not null,
    -- A user, a dealer, zeros for all of OKLA, or a hash of user and recipient.
    subject uuid not null,
    used    bigint not null,
    since   timestamptz not null,
    constraint limit_counters_pkey primary key (name, subject),
    constraint limit_counters_used_positive check (used >= 0)
) with (fillfactor = 50);

drop table limit_places, limit_subjects, limit_days;

alter table messages
    -- What one part costs, by the rate card of the day it was taken in.
    add column unit_price numeric(12, 6) not null default 0.015,
    -- The ledger's sum.
    add column cost numeric(12, 6) not null default 0,
    -- What it counts under the limits: its parts less those that never left.
    add column places smallint not null default 0,
    -- The recipient had not written to OKLA within 24 hours: Meta counts him.
    add column outside_window boolean not null default true;
alter table messages alter column unit_price drop default, alter column outside_window drop default;
update messages as m set
    cost = coalesce((select sum(amount) from ledger_entries where message_id = m.id), 0),
    places = case when not_sent then 0 else parts end;

alter table ledger_entries alter column amount type numeric(12, 6);
-- As Twilio said it.
alter table message_parts alter column provider_price type numeric;

-- Windows that are counted from the messages: a sender's (the history's index), a dealer's (likewise), a pair's, all.
create index messages_pair_idx on messages (to_phone, sender_id, created_at);
create index messages_tier_idx on messages (to_phone, created_at) where outside_window;
create index messages_tier_window_idx on messages (created_at) where outside_window;

-- A key bound to the message it made, per sender, for 24 hours.
create table idempotency_keys (
    user_id       uuid not null,
    key           text not null,
    -- SHA-256 of what was asked for.
    request_hash  bytea not null,
    message_id    uuid not null,
    created_at    timestamptz not null,
    -- The answer as it was given, to be given again; null while the first request is still under way.
    answer_status smallint,
    answer_body   text,
    constraint idempotency_keys_pkey primary key (user_id, key),
    constraint idempotency_keys_user_id_fkey foreign key (user_id) references users (id)
);
create index idempotency_keys_created_at_idx on idempotency_keys (created_at);
create unique index idempotency_keys_message_idx on idempotency_keys (message_id);
alter table messages drop column form_key;

-- What a part costs the dealer in US$. Null: any. The most specific row in effect wins; a message keeps its rate.
create table rates (
    id             uuid primary key,
    kind           text,
    category       text,
    -- Meta's market of the recipient.
    market         text,
    effective_from timestamptz not null,
    price          numeric(12, 6) not null,
    constraint rates_key unique nulls not distinct (kind, category, market, effective_from),
    constraint rates_kind_known check (kind in ('contact', 'new_interest', 'test_drive', 'listing_expiry', 'offer')),
    constraint rates_category_known check (category in ('utility', 'marketing', 'authentication', 'service')),
    constraint rates_price_positive check (price >= 0)
);
insert into rates (id, effective_from, price) values ('00000000-0000-7000-8000-000000000001', '2026-01-01T04:00:00Z', 0.015);

-- The line to Twilio from one of our numbers, shared by all servers: how fast, and whether it is held.
create table lines (
    number    text primary key,
    -- The pace: when its whole allowance is back.
    full_at   timestamptz not null,
    -- Held since Twilio refused the account or its credentials, by which code; until a probe succeeds.
    held_at   timestamptz,
    held_code integer,
    probe_at  timestamptz,
    probes    integer not null default 0
);

-- One recipient's pace: the instant from which his allowance is whole again. Older rows are forgotten.
create table recipient_paces (
    phone   text primary key,
    full_at timestamptz not null
);
create index recipient_paces_full_at_idx on recipient_paces (full_at);

alter table outbox
    -- Too late to be of use after this.
    add column expires_at timestamptz not null default 'infinity',
    -- It has its place in the recipient's pace and asks for no second one.
    add column paced boolean not null default false;
alter table outbox alter column expires_at drop default;
create index outbox_expires_at_idx on outbox (expires_at);

-- Sends that were proved not created and then sent again.
alter table message_parts add column resends smallint not null default 0;
-- A match at Twilio is younger than the first attempt.
alter table message_parts add column first_attempted_at timestamptz;
update message_parts set first_attempted_at = attempted_at;
alter table message_parts drop column attempted_at;

alter table messages drop constraint messages_own_reason_known;
alter table messages add constraint messages_own_reason_known
    check (own_reason in ('not_created', 'unreachable', 'expired', 'part_failed'));
alter table message_parts drop constraint message_parts_own_reason_known;
alter table message_parts add constraint message_parts_own_reason_known
    check (own_reason in ('not_created', 'unreachable', 'expired', 'part_failed'));

-- Numbers that WhatsApp said it does not know (63003, 63024), until something arrives there.
create table numbers_without_whatsapp (
    phone    text primary key,
    code     integer not null,
    noted_at timestamptz not null
);

-- What Twilio's own usage records say of a month (UTC), to be compared with the ledger.
create table usage_records (
    month    date not null,
    category text not null,
    count    bigint not null,
    price    numeric(14, 6) not null,
    currency text not null,
    asked_at timestamptz not null,
    constraint usage_records_pkey primary key (month, category)
);
