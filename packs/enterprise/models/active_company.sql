select
  c.division,
  c.trade,
  count(*) as companies,
  sum(c.capital) as capital,
  sum(c.employees) as employees
from enterprise.company c
where c.status = '1'
group by c.division, c.trade
