select
  g.month,
  g.division,
  g.households,
  g.capable,
  g.subscribed
from telecom.gigabit_household g
where g.households > 0
