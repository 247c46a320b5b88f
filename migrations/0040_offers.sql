-- Offers: what a dealer writes to many who asked for it, and every offer that was taken in.
create table campaigns (
    -- Made with the form: a second press finds the first.
    id           uuid primary key,
    dealer_id    uuid not null,
    -- In whose name it goes: who confirmed it, or let it go on.
    user_id      uuid not null,
    words        text not null,
    vehicle_id   uuid,
    -- `domain::offer::Audience`.
    audience     jsonb not null,
    -- draft: nobody has confirmed it. `domain::offer::State`.
    state        text not null,
    -- Why it is paused.
    hold         text,
    -- The limit that has no room, and until when.
    waits_for    text,
    waits_until  timestamptz,
    created_at   timestamptz not null,
    -- Not before.
    begins_at    timestamptz,
    confirmed_at timestamptz,
    ended_at     timestamptz,
    -- Until when one worker has it; whoever holds it longer has died.
    served_until timestamptz,
    constraint campaigns_dealer_id_fkey foreign key (dealer_id) references dealers (id),
    constraint campaigns_user_id_fkey foreign key (user_id) references users (id),
    constraint campaigns_vehicle_id_fkey foreign key (vehicle_id) references vehicles (id),
    constraint campaigns_state_known check (state in ('draft', 'running', 'paused', 'stopped', 'done')),
    constraint campaigns_hold_known check (hold in ('dealer', 'budget', 'template', 'user')),
    constraint campaigns_paused_has_hold check ((state = 'paused') = (hold is not null))
);
create index campaigns_dealer_idx on campaigns (dealer_id, created_at desc, id desc);
create index campaigns_running_idx on campaigns (begins_at) where state = 'running';

-- Everybody whom a confirmed campaign's filters chose, and what became of him.
create table campaign_items (
    campaign_id uuid not null,
    buyer_id    uuid not null,
    -- Their order.
    place       integer not null,
    -- The conversation that his answer belongs to.
    thread_id   uuid not null,
    state       text not null,
    -- Why he got none. `domain::offer::Skip`.
    reason      text,
    -- How often a fault of ours came between.
    tries       smallint not null default 0,
    constraint campaign_items_pkey primary key (campaign_id, buyer_id),
    constraint campaign_items_campaign_id_fkey foreign key (campaign_id) references campaigns (id),
    constraint campaign_items_buyer_id_fkey foreign key (buyer_id) references users (id),
    constraint campaign_items_thread_id_fkey foreign key (thread_id) references threads (id),
    constraint campaign_items_state_known check (state in ('pending', 'sent', 'skipped')),
    constraint campaign_items_reason_known check (reason in
        ('account', 'consent', 'unproved', 'opted_out', 'frequency', 'recipient', 'budget', 'stopped', 'fault')),
    constraint campaign_items_skipped_has_reason check ((state = 'skipped') = (reason is not null))
);
create index campaign_items_place_idx on campaign_items (campaign_id, place);
create index campaign_items_state_idx on campaign_items (campaign_id, state, reason, place);

-- Every offer that was taken in, by a campaign or by a program; what the cap of a person counts.
create table offers (
    message_id  uuid primary key,
    buyer_id    uuid not null,
    -- Null: OKLA's own.
    dealer_id   uuid,
    campaign_id uuid,
    taken_at    timestamptz not null,
    -- When he left after it.
    left_at     timestamptz,
    constraint offers_message_id_fkey foreign key (message_id) references messages (id) on delete cascade,
    constraint offers_buyer_id_fkey foreign key (buyer_id) references users (id),
    constraint offers_dealer_id_fkey foreign key (dealer_id) references dealers (id),
    constraint offers_campaign_id_fkey foreign key (campaign_id) references campaigns (id)
);
create index offers_buyer_idx on offers (buyer_id, taken_at);
-- Once to each.
create unique index offers_campaign_key on offers (campaign_id, buyer_id) where campaign_id is not null;

-- Whose number it is that a program makes an offer to.
create index users_offers_idx on users (phone) where offers_since is not null;

-- Offers leave after everything else, and not by night.
alter table outbox add column is_offer boolean not null default false;
create index outbox_due_idx on outbox (is_offer, available_at);
drop index outbox_available_idx;
