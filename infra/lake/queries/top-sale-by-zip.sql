-- says: The dearest sale of each zip code.
-- types: sales, card
with sale as (
  select tenant,
    occurredAt as proctime,
    cast(json_extract_scalar(data, '$.customer_id') as integer) as customer_id,
    cast(json_extract_scalar(data, '$.customer_card_id') as integer) as customer_card_id,
    json_extract_scalar(data, '$.product_id') as product_id,
    cast(json_extract_scalar(data, '$.price') as decimal(18, 2)) as price
  from sales
),
cards as (
  select tenant,
    occurredAt as proctime,
    cast(json_extract_scalar(data, '$.card_id') as integer) as card_id,
    json_extract_scalar(data, '$.card_number') as card_number,
    json_extract_scalar(data, '$.card_zip') as card_zip,
    json_extract_scalar(data, '$.card_name') as card_name
  from card
),
ranked as (
  select sale.tenant, card_zip, customer_card_id, product_id, price,
    row_number() over (partition by sale.tenant, card_zip order by price desc, sale.proctime, cards.proctime) as place
  from cards
  join sale on cards.tenant = sale.tenant and cards.card_id = sale.customer_card_id
  where sale.proctime between cards.proctime - interval '5' minute and cards.proctime
)
select tenant, card_zip, customer_card_id, product_id, price
from ranked
where place = 1
order by tenant, card_zip
