-- says: Sales with the last four digits of their card, the others left out.
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
)
select sale.tenant, sale.proctime, substr(card_number, 5) as partial_card_number, card_zip, product_id, price
from cards
join sale on cards.tenant = sale.tenant and cards.card_id = sale.customer_card_id
order by sale.tenant, sale.proctime, cards.proctime
