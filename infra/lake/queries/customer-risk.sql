-- says: Customers by how often they bought in the last five minutes, every 30 seconds.
-- types: sales
with sale as (
  select tenant,
    occurredAt as proctime,
    cast(json_extract_scalar(data, '$.customer_id') as integer) as customer_id,
    cast(json_extract_scalar(data, '$.customer_card_id') as integer) as customer_card_id,
    json_extract_scalar(data, '$.product_id') as product_id,
    cast(json_extract_scalar(data, '$.price') as decimal(18, 2)) as price
  from sales
),
framed as (
  select tenant, customer_id,
    date_trunc('minute', proctime)
      + (cast(floor(second(proctime) / 30.0) as bigint) + step) * interval '30' second as window_end
  from sale
  cross join (values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)) as steps (step)
),
counted as (
  select tenant, window_end, customer_id, count(*) as purchases
  from framed
  group by tenant, window_end, customer_id
)
select tenant, window_end, customer_id, purchases,
  case
    when purchases between 1 and 2 then 'LOW'
    when purchases between 3 and 10 then 'MEDIUM'
    else 'HIGH'
  end as risk
from counted
order by tenant, window_end, customer_id
