select
  cast(date_trunc('month', c.founded_on) as date) as month,
  c.division,
  c.trade,
  count(*) as companies,
  sum(case when c.kind = '9500' then 1 else 0 end) as individual,
  sum(c.capital) as capital
from enterprise.company c
group by cast(date_trunc('month', c.founded_on) as date), c.division, c.trade
