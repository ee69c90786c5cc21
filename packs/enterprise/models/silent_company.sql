select
  c.uscc,
  c.name,
  c.kind,
  c.founded_on,
  c.division,
  c.address,
  c.phone
from enterprise.company c
left join enterprise.annual_report a on a.uscc = c.uscc
where a.uscc is null
  and c.status = '1'
  and c.kind <> '9500'
  and c.founded_on < date '${report_due_before}'
