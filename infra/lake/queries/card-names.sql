-- says: First and last names of card holders, by pattern and by parts.
-- types: card
with cards as (
  select tenant,
    occurredAt as proctime,
    cast(json_extract_scalar(data, '$.card_id') as integer) as card_id,
    json_extract_scalar(data, '$.card_number') as card_number,
    json_extract_scalar(data, '$.card_zip') as card_zip,
    json_extract_scalar(data, '$.card_name') as card_name
  from card
)
select tenant, card_id,
  regexp_replace(card_name, ' .*', '') as card_name,
  split_part(card_name, ' ', 1) as first_name,
  split_part(card_name, ' ', 2) as last_name
from cards
order by tenant, proctime, card_id
