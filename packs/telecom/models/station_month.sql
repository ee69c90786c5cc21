select
  cast(date_trunc('month', s.opened_on) as date) as month,
  s.division,
  s.operator,
  s.generation,
  s.area_kind,
  count(*) as opened,
  sum(case when s.status = '1' then 1 else 0 end) as in_service
from telecom.base_station s
group by cast(date_trunc('month', s.opened_on) as date), s.division, s.operator, s.generation, s.area_kind
