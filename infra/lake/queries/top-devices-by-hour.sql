-- says: The ten devices of each hour that used most.
-- types: vpn.usage
with hours as (
  select tenant,
    date_trunc('hour', occurredAt) as hour,
    source as device,
    count(*) as events,
    -- The wide decimal holds any quantity, the narrow one nearly all of them and much faster.
    sum(coalesce(
      try_cast(json_extract_scalar(data, '$.bytes') as decimal(18, 6)),
      try_cast(json_extract_scalar(data, '$.bytes') as decimal(38, 6)))) as bytes
  from vpn_usage
  group by tenant, date_trunc('hour', occurredAt), source
),
ranked as (
  select *, row_number() over (partition by tenant, hour order by bytes desc, device) as place
  from hours
)
select tenant, hour, place, device, events, bytes
from ranked
where place <= 10
order by tenant, hour, place
