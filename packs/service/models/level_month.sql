-- 一级贯通，是全市这一级应贯通的单位都已贯通。
select
  l.month,
  l.level,
  sum(l.places) as places,
  sum(l.connected) as connected,
  case when sum(l.connected) >= sum(l.places) then 1 else 0 end as complete
from service.link_month l
group by l.month, l.level
