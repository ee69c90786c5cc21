select
  p.month,
  p.division,
  p.level,
  sum(p.prescriptions) as prescriptions,
  sum(p.reviewed) as reviewed,
  sum(p.passed) as passed
from health_service.prescription_month p
group by p.month, p.division, p.level
