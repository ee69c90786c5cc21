select
  p.township,
  count(*) as households,
  sum(p.members) as people,
  sum(case when p.members = 1 then 1 else 0 end) as one_person,
  sum(case when p.members = 2 then 1 else 0 end) as two_people,
  sum(case when p.members = 3 then 1 else 0 end) as three_people,
  sum(case when p.members = 4 then 1 else 0 end) as four_people,
  sum(case when p.members >= 5 then 1 else 0 end) as five_or_more,
  sum(case when p.members = 1 and p.elders = 1 then 1 else 0 end) as elder_alone,
  sum(case when p.elders = p.members then 1 else 0 end) as elders_only,
  sum(case when p.children > 0 then 1 else 0 end) as with_children,
  sum(case when p.elders > 0 and p.children > 0 and p.adults = 0 then 1 else 0 end) as elders_children,
  sum(case when p.elders > 0 and p.children > 0 and p.adults > 0 then 1 else 0 end) as all_ages
from population.household_profile p
group by p.township
