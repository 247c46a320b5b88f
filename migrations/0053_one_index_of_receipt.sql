-- 0009 has the same one.
drop index inbound_messages_received_idx;
