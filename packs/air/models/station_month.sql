-- 报了审核月报的站月以月报为准，还没有报的由小时值求平均；每个来源的站月各只有一行，求和只是取它。
-- 左连接：名录里还没有的站也计入全市，只是不归任何县（市、区）。
with told as (
  select
    r.month,
    r.station,
    r.name,
    1 as audited,
    r.days,
    r.hours,
    r.pm25_days,
    r.pm25_good_days,
    r.pm25,
    r.pm10,
    r.so2,
    r.no2,
    r.co,
    r.o3_max
  from air.month_report r
  union all
  select
    m.month,
    m.station,
    m.station_name,
    0,
    m.days,
    m.hours,
    m.pm25_days,
    m.pm25_good_days,
    m.pm25,
    m.pm10,
    m.so2,
    m.no2,
    m.co,
    m.o3_max
  from air.monthly_station m
), o as (
  select
    t.month,
    t.station,
    min(t.name) as name,
    case when sum(t.audited) > 0 then sum(case when t.audited = 1 then t.days end) else sum(t.days) end as days,
    case when sum(t.audited) > 0 then sum(case when t.audited = 1 then t.hours end) else sum(t.hours) end as hours,
    case when sum(t.audited) > 0 then sum(case when t.audited = 1 then t.pm25_days end) else sum(t.pm25_days) end as pm25_days,
    case when sum(t.audited) > 0 then sum(case when t.audited = 1 then t.pm25_good_days end) else sum(t.pm25_good_days) end as pm25_good_days,
    case when sum(t.audited) > 0 then sum(case when t.audited = 1 then t.pm25 end) else sum(t.pm25) end as pm25,
    case when sum(t.audited) > 0 then sum(case when t.audited = 1 then t.pm10 end) else sum(t.pm10) end as pm10,
    case when sum(t.audited) > 0 then sum(case when t.audited = 1 then t.so2 end) else sum(t.so2) end as so2,
    case when sum(t.audited) > 0 then sum(case when t.audited = 1 then t.no2 end) else sum(t.no2) end as no2,
    case when sum(t.audited) > 0 then sum(case when t.audited = 1 then t.co end) else sum(t.co) end as co,
    case when sum(t.audited) > 0 then sum(case when t.audited = 1 then t.o3_max end) else sum(t.o3_max) end as o3_max
  from told t
  group by t.month, t.station
)
select
  o.month,
  o.station,
  o.name,
  s.division,
  o.days,
  o.hours,
  o.pm25_days,
  o.pm25_good_days,
  o.pm25,
  o.pm10,
  o.so2,
  o.no2,
  o.co,
  o.o3_max
from o
left join air.station s on s.station = o.station
