select
  r.resident_id,
  r.name,
  r.birth_date,
  r.township,
  r.mobile,
  r.employer
from population.resident r
left join insurance.insured i on i.resident_id = r.resident_id and i.status = '1'
where i.resident_id is null
