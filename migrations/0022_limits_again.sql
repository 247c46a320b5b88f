-- Versions of limits come from one sequence: one that is taken away and set again is another, and whoever holds a form of
-- the first is told so.
create sequence limits_version_seq;
select setval('limits_version_seq', (select coalesce(max(version), 0) + 1 from limits), false);
alter table limits alter column version set default nextval('limits_version_seq');

-- What a granted request came to. The value may be less than was asked for; null of a granted one is «no limit».
alter table limit_requests add column granted_value numeric(14, 6);
-- When it ends by itself; null: it stays.
alter table limit_requests add column granted_until timestamptz;
-- The version that the limit had with it: while the limit bears it, it holds. Null of what was granted before this was kept.
alter table limit_requests add column granted_version bigint;
