select
  e.month,
  e.division,
  e.level,
  sum(e.listed) as listed,
  sum(e.recognised) as recognised
from (
  select cast(date_trunc('month', p.listed_on) as date) as month, p.division, p.level, 1 as listed, 0 as recognised
  from industry.park p
  union all
  select cast(date_trunc('month', q.recognised_on) as date) as month, q.division, q.level, 0 as listed, 1 as recognised
  from industry.park q
  where q.recognised_on is not null
) e
group by e.month, e.division, e.level
