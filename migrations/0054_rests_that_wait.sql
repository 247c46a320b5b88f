-- When the rest of a long message is looked at: its recipient has answered, and nothing took it along yet.
alter table messages add column rest_due_at timestamptz;
create index messages_rest_due_idx on messages (rest_due_at) where rest_due_at is not null;
