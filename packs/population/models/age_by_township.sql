-- 满 n 岁：出生日期不晚于统计时点往前 n 年。
select
  r.township,
  count(*) as residents,
  sum(case when r.sex = '1' then 1 else 0 end) as men,
  sum(case when r.sex = '2' then 1 else 0 end) as women,
  sum(case when r.birth_date > date '${age_on}' - interval '6 years' then 1 else 0 end) as age_0_5,
  sum(case when r.birth_date <= date '${age_on}' - interval '6 years' and r.birth_date > date '${age_on}' - interval '15 years' then 1 else 0 end) as age_6_14,
  sum(case when r.birth_date <= date '${age_on}' - interval '15 years' and r.birth_date > date '${age_on}' - interval '60 years' then 1 else 0 end) as age_15_59,
  sum(case when r.birth_date <= date '${age_on}' - interval '60 years' then 1 else 0 end) as age_60_up,
  sum(case when r.birth_date <= date '${age_on}' - interval '65 years' then 1 else 0 end) as age_65_up,
  sum(case when r.birth_date <= date '${age_on}' - interval '80 years' then 1 else 0 end) as age_80_up
from population.resident r
group by r.township
