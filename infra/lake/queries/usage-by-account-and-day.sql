-- says: Usage of each account by day, in UTC.
-- types: vpn.usage
select tenant,
  subject as account,
  cast(occurredAt as date) as day,
  count(*) as events,
  -- The wide decimal holds any quantity, the narrow one nearly all of them and much faster.
  sum(coalesce(
    try_cast(json_extract_scalar(data, '$.bytes') as decimal(18, 6)),
    try_cast(json_extract_scalar(data, '$.bytes') as decimal(38, 6)))) as bytes
from vpn_usage
group by tenant, subject, cast(occurredAt as date)
order by tenant, account, day
