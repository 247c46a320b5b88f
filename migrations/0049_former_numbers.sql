-- Numbers that an account had proved and lost: to whoever proved them after it, or to another of its own. What was said at a
-- number while one account had it is no business of the next. A row goes with the person.
create table former_numbers (
    user_id uuid not null,
    phone   text not null,
    lost_at timestamptz not null,
    constraint former_numbers_pkey primary key (user_id, phone, lost_at),
    constraint former_numbers_user_id_fkey foreign key (user_id) references users (id)
);
create index former_numbers_phone_idx on former_numbers (phone, lost_at);

-- In their order, one person's words after the other.
create index inbound_messages_in_order_idx on inbound_messages (from_address, received_at) where handled_at is null;

-- An offer that waited while its person took his consent back, or his number. More words than before: the rows there are hold.
alter table messages drop constraint messages_own_reason_known;
alter table messages add constraint messages_own_reason_known
    check (own_reason in ('not_created', 'unreachable', 'expired', 'part_failed', 'opted_out', 'consent')) not valid;
alter table message_parts drop constraint message_parts_own_reason_known;
alter table message_parts add constraint message_parts_own_reason_known
    check (own_reason in ('not_created', 'unreachable', 'expired', 'part_failed', 'opted_out', 'consent')) not valid;
