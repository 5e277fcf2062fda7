-- says: What each customer spent in one go, which a minute without a sale ends.
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
marked as (
  select *,
    case when proctime - lag(proctime) over (partition by tenant, customer_id order by proctime) <= interval '1' minute
      then 0 else 1 end as begins
  from sale
),
numbered as (
  select *,
    sum(begins) over (partition by tenant, customer_id order by proctime rows unbounded preceding) as session
  from marked
)
select tenant,
  customer_id,
  min(proctime) as session_start,
  max(proctime) + interval '1' minute as session_end,
  sum(price) as spent
from numbered
group by tenant, customer_id, session
order by tenant, session_start, customer_id
