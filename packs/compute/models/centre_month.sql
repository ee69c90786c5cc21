select
  c.month,
  c.centre_id,
  c.name,
  c.division,
  c.it_kwh,
  c.total_kwh,
  c.racks,
  c.racks_in_use,
  c.dense_racks
from compute.data_centre_month c
where c.it_kwh > 0
