-- says: Sales of one product above 250 and of all others above 100, in one list.
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
select tenant, customer_id, product_id, price from sale where price > 100 and product_id <> '4E5750DC2A1D'
union
select tenant, customer_id, product_id, price from sale where product_id = '4E5750DC2A1D' and price > 250
order by tenant, customer_id, product_id, price
