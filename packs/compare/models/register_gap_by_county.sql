select
  g.division,
  g.gap,
  count(*) as records
from compare.register_gap g
group by g.division, g.gap
