select
  'resident-not-insured' as gap,
  r.resident_id as record,
  r.resident_id as person_id,
  r.name,
  substr(r.township, 1, 6) as division
from population.resident r
left join insurance.insured i on i.resident_id = r.resident_id and i.status = '1'
where i.resident_id is null
union all
select
  'insured-not-resident' as gap,
  i.person_id as record,
  i.resident_id as person_id,
  i.name,
  substr(i.division, 1, 6) as division
from insurance.insured i
left join population.resident r on r.resident_id = i.resident_id
where r.resident_id is null and i.status = '1'
union all
select
  'owner-not-resident' as gap,
  p.unit_no as record,
  p.owner_id as person_id,
  p.owner_name as name,
  substr(p.township, 1, 6) as division
from housing.property p
left join population.resident r on r.resident_id = p.owner_id
where r.resident_id is null
