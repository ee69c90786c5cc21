select
  p.township,
  p.purpose,
  count(*) as units,
  sum(p.area_m2) as area_m2,
  sum(case when p.mortgaged then 1 else 0 end) as mortgaged,
  min(p.built_year) as oldest,
  max(p.built_year) as newest
from housing.property p
group by p.township, p.purpose
