-- 事项在列入清单到取消（或台账最近一次更新）之间的每个月各算一行；月末已取消的不算。
select
  m.month,
  s.division,
  s.department,
  count(*) as matters,
  sum(case when s.high_frequency then 1 else 0 end) as high_frequency,
  sum(case when s.unified_on <= m.last_day then 1 else 0 end) as unified,
  sum(case when s.unified_on <= m.last_day and s.high_frequency then 1 else 0 end) as unified_high,
  sum(case when s.free_on <= m.last_day then 1 else 0 end) as freed
from service.matter s
join base.month m
  on m.last_day >= s.listed_on and (s.cancelled_on is null or s.cancelled_on > m.last_day)
where m.month <= (select max(u.updated_on) from service.matter u)
group by m.month, s.division, s.department
