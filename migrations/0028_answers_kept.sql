-- What is said here is erased with the words of messages.
create index answers_created_at_idx on answers (created_at) where body <> '';
