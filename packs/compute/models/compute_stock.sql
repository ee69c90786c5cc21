select
  m.month,
  c.division,
  c.kind,
  c.government_cloud,
  sum(c.pflops) as pflops
from base.month m
join compute.cluster_month c on c.month <= m.month
where m.month >= date '${first_month}'
  and m.month <= (select max(k.in_use_since) from compute.cluster k)
group by m.month, c.division, c.kind, c.government_cloud
