-- People as an admin sees them, the second factor, and who knocked in vain.

-- A disabled account opens nothing; its rows stay, because messages and the audit name it.
alter table users add column disabled_at timestamptz;
alter table users add column last_signed_in_at timestamptz;
-- The admin's list, of one role or one dealer; any piece of an e-mail, as `users_words_idx` finds any piece of a name.
create index users_role_idx on users (role, id desc);
create index users_dealer_id_idx on users (dealer_id, id desc) where dealer_id is not null;
create index users_email_words_idx on users using gin (email gin_trgm_ops);

-- Whose it is; a visitor's, and one that still waits for its code, are nobody's.
alter table sessions add column user_id uuid generated always as ((data ->> 'user')::uuid) stored;
create index sessions_user_id_idx on sessions (user_id) where user_id is not null;

create table second_factors (
    user_id      uuid primary key,
    -- The shared secret of RFC 6238 under XChaCha20-Poly1305 with a key drawn from OKLA_SECRET_KEY, bound to its user.
    secret       bytea not null,
    -- The 30-second step of the newest code that was taken: none is taken twice.
    last_step    bigint not null default 0,
    -- Null: being set up; nobody is asked for it yet.
    confirmed_at timestamptz,
    constraint second_factors_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);

-- For the day the telephone is lost: each opens once. Keyed hashes.
create table recovery_codes (
    user_id   uuid not null,
    code_hash bytea not null,
    used_at   timestamptz,
    constraint recovery_codes_pkey primary key (user_id, code_hash),
    constraint recovery_codes_user_id_fkey foreign key (user_id) references second_factors (user_id) on delete cascade
);

-- Who was tried in vain: one row an hour, account and network. Kept for thirty days.
create table sign_in_failures (
    hour    timestamptz not null,
    -- The user's id; of an unknown account what was typed, its most left out.
    account text not null,
    -- The network, not the house.
    address text not null,
    kind    text not null,
    user_id uuid,
    times   integer not null,
    last_at timestamptz not null,
    constraint sign_in_failures_pkey primary key (hour, account, address, kind),
    constraint sign_in_failures_kind_known check (kind in ('password', 'code', 'throttled')),
    constraint sign_in_failures_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index sign_in_failures_last_at_idx on sign_in_failures (last_at desc);
create index sign_in_failures_user_id_idx on sign_in_failures (user_id, last_at desc) where user_id is not null;
