-- What a dealer does with his vehicles himself: pause one, let it expire, load many from a file that he looks at first.

alter table vehicles
    add column paused boolean not null default false,
    -- The last day on which it is shown, in Santo Domingo. Null: until its dealer says otherwise.
    add column expires_on date;

-- Whether buyers see a vehicle on a day. Every query of what is for sale asks it; it is inlined, so that the partial
-- indexes (`published_at is not null`) serve.
create function vehicle_is_shown(v vehicles, today date) returns boolean
    language sql immutable parallel safe
    return v.published_at is not null and not v.paused and (v.expires_on is null or v.expires_on >= today);

-- A file that was uploaded and looked at; what became of it once it was confirmed. Forgotten after a day.
create table vehicle_imports (
    id          uuid primary key,
    dealer_id   uuid not null,
    file_name   text not null,
    file        bytea not null,
    created_at  timestamptz not null,
    imported_at timestamptz,
    inserted    integer not null default 0,
    updated     integer not null default 0,
    unchanged   integer not null default 0,
    constraint vehicle_imports_dealer_id_fkey foreign key (dealer_id) references dealers (id)
);
create index vehicle_imports_created_at_idx on vehicle_imports (created_at);
