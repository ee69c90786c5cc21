select
  i.resident_id,
  count(*) as relations,
  sum(case when i.kind = '310' then 1 else 0 end) as employee,
  min(i.insured_on) as first_on,
  max(i.insured_on) as last_on
from insurance.insured i
where i.status = '1'
group by i.resident_id
having count(*) > 1
