-- 学校在建校到撤并（或台账最近一次更新）之间的每个月各算一行；月末已撤并的不算。
select
  m.month,
  s.division,
  s.stage,
  count(*) as schools,
  sum(case when s.smart_on <= m.last_day then 1 else 0 end) as smart,
  sum(case when s.smart_on between m.month and m.last_day then 1 else 0 end) as accepted,
  sum(s.students) as students,
  sum(case when s.smart_on <= m.last_day then s.students else 0 end) as smart_students
from education.school s
join base.month m
  on m.last_day >= s.opened_on and (s.closed_on is null or s.closed_on > m.last_day)
where m.month <= (select max(u.updated_on) from education.school u)
group by m.month, s.division, s.stage
