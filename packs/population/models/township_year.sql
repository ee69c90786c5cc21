select
  cast(date_trunc('year', date '${age_on}') as date) as year,
  a.township,
  a.residents,
  a.age_0_5 + a.age_6_14 as age_0_14,
  a.age_15_59,
  a.age_60_up,
  a.age_65_up,
  a.age_80_up,
  coalesce(h.households, 0) as households,
  coalesce(h.people, 0) as people,
  coalesce(h.elder_alone, 0) as elder_alone,
  coalesce(h.elders_only, 0) as elders_only
from population.age_by_township a
left join population.household_by_township h on h.township = a.township
