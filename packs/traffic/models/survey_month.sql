select
  cast(date_trunc('month', s.captured_on) as date) as month,
  s.division,
  s.grade,
  count(*) as sections,
  sum(s.length_km) as length_km
from traffic.survey_section s
where s.captured_on is not null
group by cast(date_trunc('month', s.captured_on) as date), s.division, s.grade
