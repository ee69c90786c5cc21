select
  v.month,
  v.division,
  v.level,
  count(*) as institutions,
  sum(v.visits) as visits,
  sum(v.first_visits) as first_visits,
  sum(v.stays) as stays,
  sum(v.outpatient_income) as outpatient_income,
  sum(v.inpatient_income) as inpatient_income,
  sum(v.drug_income) as drug_income,
  sum(v.medical_income) as medical_income
from health_service.visit_month v
group by v.month, v.division, v.level
