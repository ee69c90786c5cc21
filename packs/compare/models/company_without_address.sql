select
  c.uscc,
  c.name,
  c.division,
  c.address,
  c.road,
  c.door,
  case
    when c.road is null then 'no-place'
    when k.road is null then 'unknown-road'
    else 'door-too-high'
  end as doubt
from (
  select
    uscc,
    name,
    division,
    address,
    regexp_match(address, '^.*(?:街道|市|区|县|镇|乡|场|园)([\p{Han}]{1,10}?(?:大道|路|街|巷|弄))([0-9]{1,6})号')[1] as road,
    cast(regexp_match(address, '^.*(?:街道|市|区|县|镇|乡|场|园)([\p{Han}]{1,10}?(?:大道|路|街|巷|弄))([0-9]{1,6})号')[2] as bigint) as door
  from enterprise.company
  where status = '1'
) c
left join compare.known_road k on k.road = c.road
where (c.road is not null and k.road is null)
  or c.door > ${highest_door}
  or (c.road is null and not regexp_like(c.address, '(村|社区|组|园|楼|大厦|广场|小区|市场|中心|路|街|巷|号)'))
