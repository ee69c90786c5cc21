select
  i.person_id,
  i.resident_id,
  i.name,
  i.kind,
  i.division as insured_in,
  substr(r.township, 1, 6) as registered_in,
  substr(i.resident_id, 1, 6) as number_area,
  case when r.resident_id is null then 'not-resident' else 'other-county' end as relation,
  i.employer
from insurance.insured i
left join population.resident r on r.resident_id = i.resident_id
where i.status = '1'
  and (r.resident_id is null or substr(r.township, 1, 6) <> substr(i.division, 1, 6))
