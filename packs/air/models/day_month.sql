select
  cast(date_trunc('month', d.day) as date) as month,
  d.station,
  s.division,
  count(*) as days,
  sum(d.hours) as hours,
  count(d.pm25) as pm25_days,
  sum(case when d.pm25 <= ${pm25_day} then 1 else 0 end) as pm25_good_days
from air.daily_station d
left join air.station s on s.station = d.station
group by cast(date_trunc('month', d.day) as date), d.station, s.division
