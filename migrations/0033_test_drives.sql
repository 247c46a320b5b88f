-- Test drives: a buyer proposes, the dealer sets a time or moves it, either calls it off.
create extension if not exists btree_gist;

create table test_drives (
    id          uuid primary key,
    vehicle_id  uuid not null,
    dealer_id   uuid not null,
    buyer_id    uuid not null,
    -- asked: the dealer has not answered; set: it has a time; canceled: by either; over: its time, or all proposed, passed.
    status      text not null,
    -- What the buyer proposed, one or two.
    slots       timestamptz[] not null,
    starts_at   timestamptz,
    ends_at     timestamptz,
    -- The message that asked for it, and its conversation. Null until it is taken in.
    message_id  uuid,
    thread_id   uuid,
    -- Who called it off.
    canceled_by text,
    created_at  timestamptz not null,
    changed_at  timestamptz not null,
    constraint test_drives_vehicle_id_fkey foreign key (vehicle_id) references vehicles (id),
    constraint test_drives_dealer_id_fkey foreign key (dealer_id) references dealers (id),
    constraint test_drives_buyer_id_fkey foreign key (buyer_id) references users (id),
    constraint test_drives_message_id_fkey foreign key (message_id) references messages (id),
    constraint test_drives_thread_id_fkey foreign key (thread_id) references threads (id),
    constraint test_drives_status_known check (status in ('asked', 'set', 'canceled', 'over')),
    constraint test_drives_slots_few check (cardinality(slots) between 1 and 2),
    constraint test_drives_set_has_time check (status <> 'set' or (starts_at is not null and ends_at > starts_at)),
    constraint test_drives_canceled_by_known check (canceled_by in ('buyer', 'dealer')),
    -- No double booking: a vehicle is driven by one person at a time, and a person drives one vehicle at a time.
    constraint test_drives_vehicle_free exclude using gist
        (vehicle_id with =, tstzrange(starts_at, ends_at) with &&) where (status = 'set'),
    constraint test_drives_buyer_free exclude using gist
        (buyer_id with =, tstzrange(starts_at, ends_at) with &&) where (status = 'set')
);
-- One at a time for a buyer and a vehicle.
create unique index test_drives_open_key on test_drives (buyer_id, vehicle_id) where status in ('asked', 'set');
create index test_drives_dealer_idx on test_drives (dealer_id, (coalesce(starts_at, created_at)) desc, id desc);
create index test_drives_dealer_open_idx on test_drives (dealer_id, created_at) where status in ('asked', 'set');
create index test_drives_buyer_idx on test_drives (buyer_id, created_at desc);
create index test_drives_message_idx on test_drives (message_id) where message_id is not null;
create index test_drives_thread_idx on test_drives (thread_id, created_at desc) where thread_id is not null;
