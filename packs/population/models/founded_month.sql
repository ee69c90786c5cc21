select
  m.month,
  h.township,
  count(*) as founded
from population.household h
join base.month m on m.month = cast(date_trunc('month', h.founded_on) as date)
group by m.month, h.township
