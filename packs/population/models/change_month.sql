select
  r.month,
  r.township,
  r.births,
  r.deaths,
  r.moved_in,
  r.moved_out
from population.change_report r
