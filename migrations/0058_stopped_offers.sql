-- An offer that was stopped while some of it waited to leave: that stays at home.
alter table messages drop constraint messages_own_reason_known;
alter table messages add constraint messages_own_reason_known
    check (own_reason in ('not_created', 'unreachable', 'expired', 'part_failed', 'opted_out', 'consent', 'stopped')) not valid;
alter table message_parts drop constraint message_parts_own_reason_known;
alter table message_parts add constraint message_parts_own_reason_known
    check (own_reason in ('not_created', 'unreachable', 'expired', 'part_failed', 'opted_out', 'consent', 'stopped')) not valid;
