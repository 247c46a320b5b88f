-- What OKLA itself has to say at some time: one open errand of a kind about a thing, done once by whichever server comes first.
create table reminders (
    id           uuid primary key,
    -- `domain::reminder::Errand`.
    errand       text not null,
    -- The vehicle, the test drive, the conversation that it is about.
    subject      uuid not null,
    due_at       timestamptz not null,
    -- Of no use after it: dropped with a note.
    useful_until timestamptz not null,
    -- When it is looked at next: at first when it is due, then when its holder must have died, or when it is worth another try.
    look_at      timestamptz not null,
    done_at      timestamptz,
    -- `domain::reminder::Outcome`, and of a refusal its code.
    outcome      text,
    refused_with text,
    constraint reminders_outcome_known check (outcome in ('sent', 'needless', 'late', 'opted_out')),
    constraint reminders_done_with_outcome check ((done_at is null) = (outcome is null))
);
create index reminders_open_idx on reminders (look_at) where done_at is null;
create unique index reminders_open_key on reminders (errand, subject) where done_at is null;
create index reminders_subject_idx on reminders (subject, due_at desc);
