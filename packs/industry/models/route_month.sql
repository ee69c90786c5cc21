select
  e.month,
  e.division,
  e.kind,
  sum(e.opened) as opened,
  sum(e.closed) as closed,
  sum(e.length_km) as length_km
from (
  select
    cast(date_trunc('month', r.opened_on) as date) as month, r.from_division as division, r.kind,
    1 as opened, 0 as closed, r.length_km
  from industry.air_route r
  union all
  select
    cast(date_trunc('month', s.closed_on) as date) as month, s.from_division as division, s.kind,
    0 as opened, 1 as closed, cast(0 as decimal(7,2)) as length_km
  from industry.air_route s
  where s.closed_on is not null
) e
group by e.month, e.division, e.kind
