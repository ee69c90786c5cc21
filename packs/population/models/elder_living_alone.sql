select
  r.resident_id,
  r.name,
  r.birth_date,
  r.sex,
  r.township,
  r.address,
  r.mobile,
  r.household_id
from population.resident r
join population.household_profile p on p.household_id = r.household_id
where p.members = 1
  and r.birth_date <= date '${age_on}' - interval '${elder_age} years'
