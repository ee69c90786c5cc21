select
  e.month,
  e.kind,
  sum(e.begun) as begun,
  sum(e.rebuilt) as rebuilt
from (
  select cast(date_trunc('month', p.begun_on) as date) as month, p.kind, 1 as begun, 0 as rebuilt
  from service.platform p
  union all
  select cast(date_trunc('month', q.rebuilt_on) as date) as month, q.kind, 0 as begun, 1 as rebuilt
  from service.platform q
  where q.rebuilt_on is not null
) e
group by e.month, e.kind
