-- What admins do, and the proof of it.

-- Sending that is stopped: all of it, one dealer's, one kind's, or one dealer's of one kind. A row stays when it is over.
create table pauses (
    id         uuid primary key,
    dealer_id  uuid,
    kind       text,
    -- For admins; who is refused reads a sentence of ours.
    reason     text not null,
    since      timestamptz not null,
    -- Null: `okla` on the command line.
    begun_by   uuid,
    -- When it ends by itself.
    until      timestamptz,
    ended_at   timestamptz,
    ended_by   uuid,
    constraint pauses_dealer_id_fkey foreign key (dealer_id) references dealers (id),
    constraint pauses_kind_known check (kind in ('contact', 'new_interest', 'test_drive', 'listing_expiry', 'offer')),
    constraint pauses_until_later check (until > since),
    constraint pauses_begun_by_fkey foreign key (begun_by) references users (id) on delete set null,
    constraint pauses_ended_by_fkey foreign key (ended_by) references users (id) on delete set null
);
-- Read by every send: a handful of rows.
create index pauses_open_idx on pauses (since) where ended_at is null;

-- Overrides end by themselves. A dealer's «no limit» is counted nevertheless: when it ends, the rule for all holds at once,
-- and its count is right.
alter table limits add column expires_at timestamptz;
alter table limits add column reason text not null default '';
alter table limits add column set_by uuid;
alter table limits add constraint limits_set_by_fkey foreign key (set_by) references users (id) on delete set null;
-- What a form was loaded with: two admins who change the same see both values.
alter table limits add column version bigint not null default 1;

-- Every change of limits, rates, pauses, users and tokens, each row sealed with the one before it: a changed, missing or
-- added row breaks the chain. It holds ids; names are looked up when it is shown.
create table audit (
    id         bigint primary key,
    at         timestamptz not null,
    -- Null: `okla` on the command line, or OKLA by itself.
    actor_id   uuid,
    action     text not null,
    -- The dealer it concerns, and the row that was changed.
    dealer_id  uuid,
    subject    text not null,
    -- JSON as it was sealed, byte by byte.
    before     text not null,
    after      text not null,
    reason     text not null,
    -- SHA-256 of the row before and of all of this one.
    seal       bytea not null
);
create index audit_at_idx on audit (at desc, id desc);
create index audit_action_idx on audit (action, id desc);
create index audit_subject_idx on audit (subject, id desc);

create function okla_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'audit: % is not allowed', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger audit_is_final before update or delete on audit for each row execute function okla_refuse_change();
create trigger audit_is_kept before truncate on audit for each statement execute function okla_refuse_change();
