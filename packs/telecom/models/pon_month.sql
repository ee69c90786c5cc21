select
  cast(date_trunc('month', p.opened_on) as date) as month,
  p.division,
  p.operator,
  count(*) as boards,
  sum(p.ports) as ports
from telecom.pon_port p
group by cast(date_trunc('month', p.opened_on) as date), p.division, p.operator
