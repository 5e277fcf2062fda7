-- says: Sales with the hour and the minute of their time.
-- types: sales
with sale as (
  select tenant,
    occurredAt as proctime,
    cast(json_extract_scalar(data, '$.customer_id') as integer) as customer_id,
    cast(json_extract_scalar(data, '$.customer_card_id') as integer) as customer_card_id,
    json_extract_scalar(data, '$.product_id') as product_id,
    cast(json_extract_scalar(data, '$.price') as decimal(18, 2)) as price
  from sales
)
select tenant, hour(proctime) as transaction_hour, minute(proctime) as transaction_min, customer_id, product_id, price
from sale
order by tenant, proctime
