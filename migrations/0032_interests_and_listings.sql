-- «Me interesa»: who pressed it on which vehicle, and when its dealer was told.
create table interests (
    vehicle_id uuid not null,
    user_id    uuid not null,
    dealer_id  uuid not null,
    created_at timestamptz not null,
    told_at    timestamptz,
    constraint interests_pkey primary key (vehicle_id, user_id),
    constraint interests_vehicle_id_fkey foreign key (vehicle_id) references vehicles (id),
    constraint interests_user_id_fkey foreign key (user_id) references users (id) on delete cascade,
    constraint interests_dealer_id_fkey foreign key (dealer_id) references dealers (id)
);
create index interests_dealer_idx on interests (dealer_id, created_at desc, user_id);
create index interests_untold_idx on interests (vehicle_id) where told_at is null;
create index interests_user_idx on interests (user_id, created_at desc);

-- Which notices of a listing's end were planned: once for each last day it ever had.
create table listing_notices (
    vehicle_id uuid not null,
    errand     text not null,
    expires_on date not null,
    constraint listing_notices_pkey primary key (vehicle_id, errand, expires_on),
    constraint listing_notices_vehicle_id_fkey foreign key (vehicle_id) references vehicles (id)
);
create index vehicles_expires_on_idx on vehicles (expires_on) where expires_on is not null and published_at is not null;
