select
  cast(date_trunc('month', s.accepted_on) as date) as month,
  s.division,
  s.kind,
  s.field,
  count(*) as accepted
from industry.scenario s
where s.accepted_on is not null
group by cast(date_trunc('month', s.accepted_on) as date), s.division, s.kind, s.field
