select
  r.station,
  cast(date_trunc('day', r.observed_at) as date) as day,
  min(r.station_name) as station_name,
  count(*) as hours,
  count(r.pm25) as pm25_hours,
  count(r.pm10) as pm10_hours,
  count(r.so2) as so2_hours,
  count(r.no2) as no2_hours,
  count(r.co) as co_hours,
  case when count(r.pm25) >= ${day_hours} then avg(r.pm25) end as pm25,
  case when count(r.pm10) >= ${day_hours} then avg(r.pm10) end as pm10,
  case when count(r.so2) >= ${day_hours} then avg(r.so2) end as so2,
  case when count(r.no2) >= ${day_hours} then avg(r.no2) end as no2,
  case when count(r.co) >= ${day_hours} then avg(r.co) end as co,
  max(r.o3) as o3_max
from air.reading r
group by r.station, cast(date_trunc('day', r.observed_at) as date)
