-- 月份取自月份表：单个人的登记时间不流入结果。
select
  m.month,
  r.township,
  count(*) as registered
from population.resident r
join base.month m on m.month = cast(date_trunc('month', r.registered_at) as date)
group by m.month, r.township
