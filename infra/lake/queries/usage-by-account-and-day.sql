-- says: Usage of each account by day, in UTC.
-- types: vpn.usage
select tenant,
  subject as account,
  cast(occurredAt as date) as day,
  count(*) as events,
  sum(try_cast(json_extract_scalar(data, '$.bytes') as decimal(38, 6))) as bytes
from vpn_usage
group by tenant, subject, cast(occurredAt as date)
order by tenant, account, day
