-- says: What each customer spent in the last 30 seconds, every 10 seconds.
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
  select tenant, customer_id, price,
    date_trunc('minute', proctime)
      + (cast(floor(second(proctime) / 10.0) as bigint) + step) * interval '10' second as window_end
  from sale
  cross join (values (1), (2), (3)) as steps (step)
)
select tenant, window_end, customer_id, sum(price) as spent
from framed
group by tenant, window_end, customer_id
order by tenant, window_end, customer_id
