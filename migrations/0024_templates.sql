-- What Twilio last said of each template of ours.
create table templates (
    -- `domain::template::Purpose`.
    purpose          text primary key,
    sid              text not null,
    -- Under which Meta knows it.
    name             text not null,
    -- What Meta prices it as, which it may have changed.
    category         text not null,
    -- Twilio's own word.
    status           text not null,
    rejection_reason text not null,
    told_at          timestamptz not null,
    constraint templates_category_known check (category in ('utility', 'marketing', 'authentication', 'service'))
);
