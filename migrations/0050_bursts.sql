-- An answer to «¿Para quién es?» is for the words that the question was about, a burst; what was written later is asked about
-- anew, perhaps long after it was written. The default is for servers of the version before, while they still run.
alter table questions
    -- When the first of those words was written.
    add column words_from  timestamptz not null default now(),
    -- What came in and answered it: whoever deals with that again finds it done.
    add column answered_by uuid;
update questions set words_from = asked_at;
create index questions_answered_by_idx on questions (answered_by) where answered_by is not null;
