-- Words that wait to be told whose they are: an admin's list, and that of whose number they came from. What is erased, or
-- was said to be nobody's, waits no more and is in neither index, so that a list never reads past it.
drop index inbound_messages_waiting_idx;
create index inbound_messages_waiting_idx on inbound_messages (received_at desc, id desc)
    where thread_id is null and not to_okla and handled_at is not null and closed_at is null and fields <> '{}';
drop index inbound_messages_nobodys_idx;
create index inbound_messages_nobodys_idx on inbound_messages (from_address, received_at desc, id desc)
    where thread_id is null and not to_okla and handled_at is not null and closed_at is null and fields <> '{}';

-- A dealer's conversations with buyers, which words from his number may be for.
create index threads_buyers_idx on threads (dealer_id, last_at desc, id desc) where buyer_id is not null;
