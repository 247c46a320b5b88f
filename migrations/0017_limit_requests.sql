-- What dealers ask for, how much of each limit was used at most, and when a limit was nearly or wholly used.

create table limit_requests (
    id         uuid primary key,
    dealer_id  uuid not null,
    name       text not null,
    -- What is asked for, in the limit's unit.
    value      numeric(14, 6) not null,
    reason     text not null,
    asked_by   uuid,
    asked_at   timestamptz not null,
    -- Null while nobody has decided.
    decided_at timestamptz,
    decided_by uuid,
    granted    boolean,
    answer     text not null default '',
    constraint limit_requests_dealer_id_fkey foreign key (dealer_id) references dealers (id),
    constraint limit_requests_asked_by_fkey foreign key (asked_by) references users (id) on delete set null,
    constraint limit_requests_decided_by_fkey foreign key (decided_by) references users (id) on delete set null,
    constraint limit_requests_value_positive check (value >= 0),
    constraint limit_requests_decided check ((decided_at is null) = (granted is null))
);
-- A dealer asks once for a limit until somebody decides.
create unique index limit_requests_open_key on limit_requests (dealer_id, name) where decided_at is null;
create index limit_requests_dealer_idx on limit_requests (dealer_id, asked_at desc);

-- The most that anybody had used of a limit on a day of Santo Domingo, in the limit's units (US$ in millionths).
create table limit_peaks (
    name text not null,
    day  date not null,
    used bigint not null,
    -- A day is counted again until this is its end.
    counted_until timestamptz not null,
    constraint limit_peaks_pkey primary key (name, day)
);

-- A limit of which 80 or 100 percent were used: once a period (a month of a budget, a day of all others).
create table limit_marks (
    name    text not null,
    -- A user, a dealer, or zeros for all of OKLA.
    subject uuid not null,
    period  timestamptz not null,
    percent smallint not null,
    at      timestamptz not null,
    used    bigint not null,
    most    bigint not null,
    -- Whom it concerns has read it.
    read_at timestamptz,
    constraint limit_marks_pkey primary key (name, subject, period, percent)
);
create index limit_marks_subject_idx on limit_marks (subject, at desc);
create index limit_marks_at_idx on limit_marks (at desc);

create index audit_actor_idx on audit (actor_id, id desc);
