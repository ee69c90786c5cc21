select
  l.month,
  l.division,
  l.level,
  l.places,
  l.connected,
  l.reported_on
from service.link_month l
