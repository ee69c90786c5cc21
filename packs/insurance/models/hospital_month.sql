select
  s.hospital_code,
  cast(date_trunc('month', s.settled_at) as date) as month,
  min(s.hospital_name) as hospital_name,
  count(*) as settlements,
  sum(s.total_amount) as total_amount,
  sum(s.fund_amount) as fund_amount,
  sum(s.own_amount) as own_amount
from insurance.settlement s
group by s.hospital_code, cast(date_trunc('month', s.settled_at) as date)
