-- A message that was sent again as another one: at most once, whoever presses and however often.
alter table messages add column resend_of uuid;
alter table messages add constraint messages_resend_of_fkey foreign key (resend_of) references messages (id);
create unique index messages_resend_of_key on messages (resend_of) where resend_of is not null;

-- Many at once, asked for by one press; workers do it one by one.
create table bulk_resends (
    -- Made with the form: a second press finds the first.
    id         uuid primary key,
    user_id    uuid not null,
    dealer_id  uuid not null,
    created_at timestamptz not null,
    constraint bulk_resends_user_id_fkey foreign key (user_id) references users (id),
    constraint bulk_resends_dealer_id_fkey foreign key (dealer_id) references dealers (id)
);

create table bulk_resend_items (
    bulk_id    uuid not null,
    message_id uuid not null,
    -- Null: still to be done. `sent`, or why not: `limit`, `unsafe`, `error`.
    outcome    text,
    constraint bulk_resend_items_pkey primary key (bulk_id, message_id),
    constraint bulk_resend_items_bulk_id_fkey foreign key (bulk_id) references bulk_resends (id) on delete cascade,
    constraint bulk_resend_items_message_id_fkey foreign key (message_id) references messages (id),
    constraint bulk_resend_items_outcome_known check (outcome in ('sent', 'limit', 'unsafe', 'error'))
);
create index bulk_resend_items_todo_idx on bulk_resend_items (bulk_id, message_id) where outcome is null;
