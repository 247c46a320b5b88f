-- Conversations as a dealer's people share them: whose each is, what is unread, ready answers, and finding what was said.
alter table threads
    -- Who of the dealer's people answers in it; null: whoever comes first.
    add column assigned_to uuid,
    add constraint threads_assigned_to_fkey foreign key (assigned_to) references users (id);
create index threads_assigned_idx on threads (dealer_id, assigned_to, last_at desc, id desc);
-- What the buyer said since the dealer's people looked.
create index threads_unread_idx on threads (dealer_id, last_at desc, id desc)
    where buyer_spoke_at is not null and (dealer_seen_at is null or buyer_spoke_at > dealer_seen_at);
create index threads_address_idx on threads (address, last_at desc) where address is not null;
create index threads_address_words_idx on threads using gin (dealer_id, address gin_trgm_ops) where address is not null;
-- When buyers asked and were answered.
create index threads_asked_idx on threads (dealer_id, first_asked_at) include (first_answered_at, vehicle_id)
    where buyer_id is not null;

-- What a dealer's people say again and again.
create table quick_answers (
    id         uuid primary key,
    dealer_id  uuid not null,
    title      text not null,
    words      text not null,
    created_at timestamptz not null,
    constraint quick_answers_dealer_id_fkey foreign key (dealer_id) references dealers (id),
    constraint quick_answers_title_key unique (dealer_id, title)
);

-- Any piece, three characters or more, of what came from WhatsApp or was written here; what was sent is in message_words.
create table line_words (
    -- The answer or the inbound message.
    line_id   uuid primary key,
    dealer_id uuid not null,
    thread_id uuid not null,
    -- Folded.
    words     text not null,
    constraint line_words_thread_id_fkey foreign key (thread_id) references threads (id) on delete cascade
);
create index line_words_idx on line_words using gin (dealer_id, words gin_trgm_ops);
insert into line_words (line_id, dealer_id, thread_id, words)
select i.id, t.dealer_id, t.id, okla_fold(i.body) from inbound_messages i join threads t on t.id = i.thread_id where i.body <> ''
union all
select a.id, t.dealer_id, t.id, okla_fold(a.body) from answers a join threads t on t.id = a.thread_id where a.body <> '';
