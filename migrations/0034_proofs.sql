-- Codes that people send to OKLA's number from their own: whoever does so proves that the number is his.
create table proofs (
    -- The code is drawn from it with OKLA_SECRET_KEY.
    id         uuid primary key,
    -- Whose. Of a forgotten password: whoever has the e-mail that was typed; null: nobody has it, and nothing will be proved.
    user_id    uuid,
    purpose    text not null,
    -- Keyed.
    code_hash  bytea not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    -- The number it came from. Of another than the account's the owner is asked first.
    came_from  text,
    proved_at  timestamptz,
    -- A new password was set with it.
    used_at    timestamptz,
    constraint proofs_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint proofs_purpose_known check (purpose in ('phone', 'password')),
    constraint proofs_code_hash_key unique (code_hash)
);
create index proofs_user_id_idx on proofs (user_id, created_at desc) where user_id is not null;
create index proofs_came_from_idx on proofs (came_from) where came_from is not null;
create index proofs_expires_at_idx on proofs (expires_at);

-- A number is proved by one account: whoever held the telephone last.
create unique index users_phone_proved_key on users (phone) where phone_proved_at is not null;
create index users_phone_idx on users (phone) where phone is not null;
-- Whom limits hold short, for the replay of a week.
create index users_unproved_idx on users (id) where role = 'buyer' and phone is not null and phone_proved_at is null;
