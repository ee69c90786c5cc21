select
  o.month,
  o.division,
  o.segment,
  o.companies,
  o.output,
  o.reported_on
from industry.it_output_month o
