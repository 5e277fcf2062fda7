-- says: The ten devices of each hour that used most.
-- types: vpn.usage
with hours as (
  select tenant,
    date_trunc('hour', occurredAt) as hour,
    source as device,
    count(*) as events,
    sum(try_cast(json_extract_scalar(data, '$.bytes') as decimal(38, 6))) as bytes
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
