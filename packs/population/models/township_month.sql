-- 登记库只有现在的人。以统计时点的在册人数为准，从此前每个月末的人数里扣除其后报的变动；哪个月没有一个地方报过变动，就不推算那个月。
with moved as (
  select
    a.township,
    cast(date_trunc('month', date '${age_on}') as date) as month,
    a.residents as people
  from population.age_by_township a
  union all
  select
    c.township,
    c.month,
    c.deaths + c.moved_out - c.births - c.moved_in
  from population.change_month c
  where c.month <= cast(date_trunc('month', date '${age_on}') as date)
), told as (
  select e.month
  from population.change_month e
  where e.month < cast(date_trunc('month', date '${age_on}') as date)
  group by e.month
)
select
  t.month,
  s.township,
  sum(s.people) as residents
from told t
join moved s on s.month > t.month
group by t.month, s.township
union all
select
  cast(date_trunc('month', date '${age_on}') as date),
  n.township,
  n.residents
from population.age_by_township n
