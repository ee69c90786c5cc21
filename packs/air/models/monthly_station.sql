-- 应有的有效天数只随月份而定：二月与其余各月不同。
select
  d.station,
  cast(date_trunc('month', d.day) as date) as month,
  min(d.station_name) as station_name,
  count(*) as days,
  sum(d.hours) as hours,
  count(d.pm25) as pm25_days,
  count(d.pm10) as pm10_days,
  count(d.so2) as so2_days,
  count(d.no2) as no2_days,
  count(d.co) as co_days,
  sum(case when d.pm25 <= ${pm25_day} then 1 else 0 end) as pm25_good_days,
  case when count(d.pm25) >= (case when date_part('month', cast(date_trunc('month', d.day) as date)) = 2
      then ${february_days} else ${month_days} end)
    then avg(d.pm25) end as pm25,
  case when count(d.pm10) >= (case when date_part('month', cast(date_trunc('month', d.day) as date)) = 2
      then ${february_days} else ${month_days} end)
    then avg(d.pm10) end as pm10,
  case when count(d.so2) >= (case when date_part('month', cast(date_trunc('month', d.day) as date)) = 2
      then ${february_days} else ${month_days} end)
    then avg(d.so2) end as so2,
  case when count(d.no2) >= (case when date_part('month', cast(date_trunc('month', d.day) as date)) = 2
      then ${february_days} else ${month_days} end)
    then avg(d.no2) end as no2,
  case when count(d.co) >= (case when date_part('month', cast(date_trunc('month', d.day) as date)) = 2
      then ${february_days} else ${month_days} end)
    then avg(d.co) end as co,
  avg(d.o3_max) as o3_max
from air.daily_station d
group by d.station, cast(date_trunc('month', d.day) as date)
