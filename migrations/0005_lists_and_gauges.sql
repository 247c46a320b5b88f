-- The third history, an admin's: all messages, newest first.
create index messages_history_idx on messages (created_at desc, id desc);
