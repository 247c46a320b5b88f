-- Up to when the words of old messages are erased; their figures stay. One row.
create table retention (
    only_row      boolean primary key default true,
    erased_before timestamptz not null,
    constraint retention_one_row check (only_row)
);
insert into retention (erased_before) values ('-infinity');
create index inbound_messages_received_at_idx on inbound_messages (received_at);
