select
  e.month,
  e.division,
  e.level,
  sum(e.begun) as begun,
  sum(e.built) as built,
  sum(e.area_mu) as area_mu
from (
  select
    cast(date_trunc('month', p.begun_on) as date) as month, p.division, p.level,
    1 as begun, 0 as built, cast(0 as decimal(12,2)) as area_mu
  from farm.park p
  union all
  select
    cast(date_trunc('month', q.built_on) as date) as month, q.division, q.level,
    0 as begun, 1 as built, q.area_mu
  from farm.park q
  where q.built_on is not null
) e
group by e.month, e.division, e.level
