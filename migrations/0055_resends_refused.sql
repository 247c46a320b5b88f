-- Why one of many was not sent again: its person had left, or WhatsApp asks for a template that may not be used now. More words
-- than before: the rows there are hold.
alter table bulk_resend_items drop constraint bulk_resend_items_outcome_known;
alter table bulk_resend_items add constraint bulk_resend_items_outcome_known
    check (outcome in ('sent', 'limit', 'unsafe', 'opted_out', 'template', 'error')) not valid;
-- Which template (`domain::template::Purpose`).
alter table bulk_resend_items add column template text;
alter table bulk_resend_items add constraint bulk_resend_items_template_named
    check (outcome is null or (outcome = 'template') = (template is not null)) not valid;
