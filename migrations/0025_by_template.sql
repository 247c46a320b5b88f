-- Outside the 24 hours after a person's own message only a template reaches him.
alter table messages
    -- `domain::template::Purpose`, and what filled its places. Null: it went as free text.
    add column template  text,
    add column variables jsonb,
    -- Of a long message what did not fit into its template; it follows when the recipient answers.
    add column rest      text,
    -- The message whose rest it is.
    add column continues uuid,
    add constraint messages_continues_fkey foreign key (continues) references messages (id);
create index messages_rest_idx on messages (to_phone, created_at) where rest is not null;
-- One rest follows once.
create unique index messages_continues_key on messages (continues) where continues is not null;

alter table message_parts
    -- Twilio's id of the template it goes by. Null: it goes as free text.
    add column content_sid text,
    -- WhatsApp had closed the conversation (63016): the template went in its place.
    add column superseded  boolean not null default false;
