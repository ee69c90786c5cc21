select
  e.month,
  e.division,
  e.department,
  sum(e.unified) as unified,
  sum(e.unified_high) as unified_high,
  sum(e.freed) as freed
from (
  select
    cast(date_trunc('month', m.unified_on) as date) as month, m.division, m.department,
    1 as unified, case when m.high_frequency then 1 else 0 end as unified_high, 0 as freed
  from service.matter m
  where m.unified_on is not null
  union all
  select
    cast(date_trunc('month', n.free_on) as date) as month, n.division, n.department,
    0 as unified, 0 as unified_high, 1 as freed
  from service.matter n
  where n.free_on is not null
) e
group by e.month, e.division, e.department
