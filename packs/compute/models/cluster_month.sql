select
  cast(date_trunc('month', c.in_use_since) as date) as month,
  c.division,
  c.kind,
  c.precision,
  c.government_cloud,
  count(*) as clusters,
  sum(c.pflops) as pflops
from compute.cluster c
group by cast(date_trunc('month', c.in_use_since) as date), c.division, c.kind, c.precision, c.government_cloud
