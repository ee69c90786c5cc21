with m as (
  select cast(t.at as date) as month
  from (
    select unnest(generate_series(date '${first_month}', cast(max(date_trunc('month', c.in_use_since)) as date), interval '1 month')) as at
    from compute.cluster c
  ) t
)
select
  m.month,
  c.division,
  c.kind,
  c.government_cloud,
  sum(c.pflops) as pflops
from m
join compute.cluster_month c on c.month <= m.month
group by m.month, c.division, c.kind, c.government_cloud
