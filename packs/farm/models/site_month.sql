select
  e.month,
  e.division,
  e.kind,
  sum(e.begun) as begun,
  sum(e.built) as built,
  sum(e.devices) as devices
from (
  select
    cast(date_trunc('month', s.begun_on) as date) as month, s.division, s.kind,
    1 as begun, 0 as built, 0 as devices
  from farm.site s
  union all
  select
    cast(date_trunc('month', t.built_on) as date) as month, t.division, t.kind,
    0 as begun, 1 as built, coalesce(t.devices, 0) as devices
  from farm.site t
  where t.built_on is not null
) e
group by e.month, e.division, e.kind
