-- Jobs of many: the oldest first, a few messages of each in turn, and none that another job has under way.
alter table bulk_resends add column is_open boolean not null default true;
alter table bulk_resend_items add column tries smallint not null default 0;
create index bulk_resends_open_idx on bulk_resends (created_at, id) where is_open;
create index bulk_resends_dealer_idx on bulk_resends (dealer_id, created_at desc);
create index bulk_resend_items_pending_idx on bulk_resend_items (message_id) where outcome is null;

-- A dealer's uploaded files.
create index vehicle_imports_dealer_idx on vehicle_imports (dealer_id, created_at desc);
