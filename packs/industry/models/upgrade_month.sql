select
  e.month,
  e.division,
  e.kind,
  e.level,
  sum(e.begun) as begun,
  sum(e.finished) as finished,
  sum(e.investment) as investment
from (
  select
    cast(date_trunc('month', p.begun_on) as date) as month, p.division, p.kind, p.level,
    1 as begun, 0 as finished, p.investment
  from industry.upgrade_project p
  union all
  select
    cast(date_trunc('month', q.finished_on) as date) as month, q.division, q.kind, q.level,
    0 as begun, 1 as finished, cast(0 as decimal(16,2)) as investment
  from industry.upgrade_project q
  where q.finished_on is not null
) e
group by e.month, e.division, e.kind, e.level
