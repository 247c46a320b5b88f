-- Who confirmed an offer, whoever lets it go on later; and who ended it before its time.
alter table campaigns
    add column confirmed_by uuid,
    add column stopped_by   uuid,
    -- Why an admin did, who always says it; a dealer's own person gives none.
    add column stop_reason  text,
    add constraint campaigns_confirmed_by_fkey foreign key (confirmed_by) references users (id),
    add constraint campaigns_stopped_by_fkey foreign key (stopped_by) references users (id),
    add constraint campaigns_reason_has_stopped_by check (stop_reason is null or stopped_by is not null);
update campaigns set confirmed_by = user_id where confirmed_at is not null;
-- As admins list them, of all dealers.
create index campaigns_confirmed_idx on campaigns (confirmed_at desc, id desc) where confirmed_at is not null;

-- halted: an admin ended it. Looked at without keeping anybody from writing.
alter table campaign_items drop constraint campaign_items_reason_known;
alter table campaign_items add constraint campaign_items_reason_known check (reason in
    ('account', 'consent', 'unproved', 'opted_out', 'frequency', 'recipient', 'budget', 'stopped', 'halted', 'fault')) not valid;
alter table campaign_items validate constraint campaign_items_reason_known;
