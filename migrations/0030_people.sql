-- What a person agreed to and proved, as it holds now; `consents` keeps how it came about.
alter table users
    -- He sent us a code from his number. A number that nobody proved gets no message of ours.
    add column phone_proved_at   timestamptz,
    -- Since when he wants to be told on WhatsApp of an answer; wants dealers' offers; shows dealers his number. Null: he does not.
    add column answers_since     timestamptz,
    add column offers_since      timestamptz,
    add column shows_phone_since timestamptz;

alter table consents
    add column purpose   text not null default 'contact',
    -- A row of its own, as its giving is.
    add column withdrawn boolean not null default false,
    -- On which page.
    add column place     text not null default '',
    add constraint consents_purpose_known check (purpose in ('contact', 'answers', 'offers', 'phone'));
