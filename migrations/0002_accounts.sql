-- People, their consent, their sessions and their API tokens.
-- Persons live here and nowhere else: messages, ledger and events hold ids, so that erasing a person is one place.

create table users (
    id            uuid primary key,
    email         text not null,
    name          text not null,
    -- E.164 with '+'; who has none was added by an operator.
    phone         text,
    -- argon2id in PHC form.
    password_hash text not null,
    role          text not null,
    dealer_id     uuid,
    -- A demo account signs in only in demo mode, whatever the database holds.
    demo          boolean not null default false,
    created_at    timestamptz not null,
    constraint users_email_lower check (email = lower(email)),
    constraint users_role_known check (role in ('buyer', 'dealer', 'admin')),
    constraint users_dealer_has_dealer check ((role = 'dealer') = (dealer_id is not null)),
    constraint users_dealer_id_fkey foreign key (dealer_id) references dealers (id)
);
create unique index users_email_key on users (email);

-- A buyer may write to a number only if it is some dealer's.
create index dealers_phone_idx on dealers (phone, created_at);

-- Which words a person accepted, and when: proof, so never updated.
create table consents (
    id           bigint generated always as identity primary key,
    user_id      uuid not null,
    text_version text not null,
    body         text not null,
    accepted_at  timestamptz not null,
    constraint consents_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create index consents_user_id_idx on consents (user_id, accepted_at);

-- tower-sessions' records. The cookie's id is stored as its SHA-256, so that a stolen copy of the table opens nothing.
create table sessions (
    id_hash    bytea primary key,
    data       jsonb not null,
    expires_at timestamptz not null
);
create index sessions_expires_at_idx on sessions (expires_at);

-- Only the SHA-256 of a token is kept: it is 256 random bits, so a slow hash would add nothing.
create table api_tokens (
    id           uuid primary key,
    user_id      uuid not null,
    name         text not null,
    token_hash   bytea not null,
    created_at   timestamptz not null,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    constraint api_tokens_user_id_fkey foreign key (user_id) references users (id) on delete cascade
);
create unique index api_tokens_token_hash_key on api_tokens (token_hash);
create index api_tokens_user_id_idx on api_tokens (user_id);

-- How often a door was knocked at: fixed windows, one row a key and window. The key is a keyed hash of the account or
-- the address, so the table names nobody.
create table throttles (
    key          bytea not null,
    window_start timestamptz not null,
    hits         integer not null,
    constraint throttles_pkey primary key (key, window_start)
);
create index throttles_window_start_idx on throttles (window_start);
