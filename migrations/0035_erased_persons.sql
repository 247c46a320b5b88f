-- Persons who had themselves erased (Ley 172-13): what points at them stays, and they are nobody.
alter table users add column erased_at timestamptz;
-- What an address was asked goes with whoever it names.
create index questions_address_idx on questions (address);
