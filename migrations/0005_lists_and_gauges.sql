-- The third history, an admin's: all messages, newest first.
create index messages_history_idx on messages (created_at desc, id desc);

-- How many sends have an unknown outcome, counted at each scrape of /metrics: nearly always none.
create index message_parts_verifying_idx on message_parts (id) where status = 'verifying';
