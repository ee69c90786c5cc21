-- 内连接：没有登记人口的户不在其中；出生日期为必填，每人恰好落入一个年龄段。
select
  h.household_id,
  h.township,
  h.members as listed,
  count(*) as members,
  sum(case when r.birth_date <= date '${age_on}' - interval '${elder_age} years' then 1 else 0 end) as elders,
  sum(case when r.birth_date > date '${age_on}' - interval '${adult_age} years' then 1 else 0 end) as children,
  sum(case
    when r.birth_date > date '${age_on}' - interval '${elder_age} years'
      and r.birth_date <= date '${age_on}' - interval '${adult_age} years'
    then 1 else 0 end) as adults
from population.household h
join population.resident r on r.household_id = h.household_id
group by h.household_id, h.township, h.members
