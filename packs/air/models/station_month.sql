-- 左连接：名录里还没有的站也计入全市，只是不归任何县（市、区）。
select
  m.month,
  m.station,
  m.station_name as name,
  s.division,
  m.days,
  m.pm25,
  m.pm10,
  m.so2,
  m.no2,
  m.co,
  m.o3_max
from air.monthly_station m
left join air.station s on s.station = m.station
