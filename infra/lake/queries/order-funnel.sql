-- says: Devices by day that viewed a page, then added to a cart, then ordered, each within a day of the view.
-- types: shop.page_view, shop.cart_add, shop.order
with viewed as (
  select tenant, source, cast(occurredAt as date) as day, min(occurredAt) as viewed_at
  from shop_page__view
  group by tenant, source, cast(occurredAt as date)
),
added as (
  select viewed.tenant, viewed.source, viewed.day, min(adding.occurredAt) as added_at
  from viewed
  join shop_cart__add as adding
    on adding.tenant = viewed.tenant and adding.source = viewed.source
  where adding.occurredAt between viewed_at and viewed_at + interval '1' day
  group by viewed.tenant, viewed.source, viewed.day
),
ordered as (
  select distinct viewed.tenant, viewed.source, viewed.day
  from viewed
  join added
    on added.tenant = viewed.tenant and added.source = viewed.source and added.day = viewed.day
  join shop_order as buying
    on buying.tenant = viewed.tenant and buying.source = viewed.source
  where buying.occurredAt between added_at and viewed_at + interval '1' day
)
select viewed.tenant,
  viewed.day,
  count(*) as viewed,
  count(added.source) as added_to_cart,
  count(ordered.source) as ordered,
  round(100.0 * count(ordered.source) / count(*), 1) as percent_ordered
from viewed
left join added
  on added.tenant = viewed.tenant and added.source = viewed.source and added.day = viewed.day
left join ordered
  on ordered.tenant = viewed.tenant and ordered.source = viewed.source and ordered.day = viewed.day
group by viewed.tenant, viewed.day
order by viewed.tenant, viewed.day
