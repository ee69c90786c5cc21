select
  s.road,
  s.division,
  min(s.road_name) as road_name,
  count(*) as sections,
  sum(case when s.captured_on is not null then 1 else 0 end) as captured,
  sum(s.length_km) as length_km,
  sum(case when s.captured_on is not null then s.length_km else cast(0 as decimal(9,3)) end) as captured_km
from traffic.survey_section s
group by s.road, s.division
