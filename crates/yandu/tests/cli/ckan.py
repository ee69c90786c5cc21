"""Drives the CKAN action API with `ckanapi`, every action and every kind of error. The server has the packs of the
repository and two deliveries. Prints how many things were checked."""

import json
import sys

import requests
from ckanapi import NotAuthorized, NotFound, RemoteCKAN, ValidationError
from ckanapi.errors import CKANAPIError, SearchQueryError

from ledger import Ledger

url = sys.argv[1]
ckan, by_get = RemoteCKAN(url), RemoteCKAN(url, get_only=True)
ledger = Ledger(url)
checked = 0


def check(found, expected):
    global checked
    checked += 1
    assert found == expected, f"{found!r} is not {expected!r}"


def refused(kind, work, *words):
    global checked
    checked += 1
    try:
        found = work()
    except kind as error:
        told = repr(getattr(error, "error_dict", None) or str(error))
        for word in words:
            assert word in told, f"`{word}` is not in {told}"
        return told
    raise AssertionError(f"not refused: {found!r}")


def status():
    check(ckan.action.site_read(), True)
    told = ckan.action.status_show()
    check(told["site_url"], url)
    check("datastore" in told["extensions"], True)
    check([one["id"] for one in ckan.action.license_list()], ["notspecified", "other-open"])
    check("ledger" in ckan.action.help_show(name="package_create"), True)
    refused(NotFound, lambda: ckan.action.help_show(name="nothing"))
    refused(CKANAPIError, lambda: ckan.action.no_such_action(), "400", "Action name not known: no_such_action")
    refused(CKANAPIError, lambda: by_get.action.package_create(name="x"), "400", "POST")
    bare = requests.post(f"{url}/api/3/action/site_read", data='{"a":', headers={"Content-Type": "application/json"})
    check((bare.status_code, bare.json().startswith("Bad request - JSON Error")), (400, True))
    # As in the handbook of CKAN: `curl -d '{…}'` without a type.
    curl = requests.post(f"{url}/api/3/action/help_show", data='{"name": "site_read"}',
                         headers={"Content-Type": "application/x-www-form-urlencoded"})
    check(curl.json()["success"], True)
    check(curl.json()["help"], f"{url}/api/3/action/help_show?name=help_show")
    check(requests.get(f"{url}/api/3").json(), {"version": 3})


def packages():
    check(ckan.action.package_list(), [])
    created = ckan.action.package_create(
        name="tinghu.road_lamp", title="路灯'\"<script>𪚥", notes="城区路灯\n位置", owner_org="亭湖区住建局",
        maintainer="王工 0515-88190000", tags=[{"name": "照明"}, {"name": "roads"}], groups=[{"name": "城乡建设"}],
        extras=[{"key": "refresh", "value": "monthly"}, {"key": "sharing_class", "value": "unconditional"},
                {"key": "points", "value": "[3, 11]"}],
    )
    for field, value in [("id", "tinghu.road_lamp"), ("title", "路灯'\"<script>𪚥"), ("state", "draft"),
                         ("private", True), ("owner_org", "亭湖区住建局"), ("num_tags", 2), ("num_resources", 0)]:
        check(created[field], value)
    check([tag["name"] for tag in created["tags"]], ["照明", "roads"])
    check([group["name"] for group in created["groups"]], ["城乡建设"])
    extras = {extra["key"]: extra["value"] for extra in created["extras"]}
    check((extras["refresh"], json.loads(extras["points"]), extras["status"]), ("monthly", [3, 11], "drafted"))
    for client in (ckan, by_get):
        check(client.action.package_show(id="tinghu.road_lamp"), created)
    refused(ValidationError, lambda: ckan.action.package_create(name="tinghu.road_lamp", title="x", owner_org="y"), "name")
    refused(ValidationError, lambda: ckan.action.package_create(title="x"), "name", "Missing value")
    refused(ValidationError, lambda: ckan.action.package_create(name="Grosse Namen", title="x", owner_org="y"), "name")
    refused(ValidationError, lambda: ckan.action.package_create(name="a", title="x", owner_org="y", colour="red"), "colour")
    refused(ValidationError, lambda: ckan.action.package_create(
        name="a", title="x", owner_org="y", extras=[{"key": "refresh", "value": "sometimes"}]), "refresh")
    refused(ValidationError, lambda: ckan.action.package_create(
        name="a", title="x", owner_org="y", resources=[{"url": "http://x"}]), "resources")
    refused(ValidationError, lambda: ckan.action.package_create(name="a", title="x", owner_org="y", tags="照明"), "tags")
    refused(NotFound, lambda: ckan.action.package_show(id="nothing"))
    refused(ValidationError, lambda: ckan.action.package_show(), "id", "Missing value")

    patched = ckan.action.package_patch(id="tinghu.road_lamp", notes="新的说明")
    check((patched["notes"], patched["num_tags"]), ("新的说明", 2))
    check(ckan.action.package_update(**patched)["notes"], "新的说明")
    patched["tags"], patched["notes"] = [{"name": "照明"}], "再改"
    patched["extras"] = [extra for extra in patched["extras"] if extra["key"] != "refresh"]
    updated = ckan.action.package_update(**patched)
    check((updated["notes"], updated["num_tags"]), ("再改", 1))
    check("refresh" in [extra["key"] for extra in updated["extras"]], False)
    check(updated["maintainer"], "王工 0515-88190000")
    emptied = ckan.action.package_update(id="tinghu.road_lamp", title="路灯", owner_org="亭湖区住建局", tags=[{"name": "照明"}])
    check((emptied["notes"], emptied["maintainer"], emptied["groups"]), (None, None, []))
    refused(ValidationError, lambda: ckan.action.package_update(id="tinghu.road_lamp", owner_org="x"), "title")
    refused(ValidationError, lambda: ckan.action.package_patch(id="tinghu.road_lamp", state="active"), "state")
    refused(ValidationError, lambda: ckan.action.package_patch(id="tinghu.road_lamp", private=False), "private")
    refused(NotFound, lambda: ckan.action.package_patch(id="nothing", notes="x"))
    refused(NotFound, lambda: ckan.action.package_delete(id="nothing"))

    # What a pack declares is its own; what the ledger knows of it may be set.
    refused(NotAuthorized, lambda: ckan.action.package_patch(id="population.resident", notes="mine"), "declared")
    refused(NotAuthorized, lambda: ckan.action.package_delete(id="population.resident"))
    resident = ckan.action.package_show(id="population.resident")
    check(ckan.action.package_update(**resident), ckan.action.package_show(id="population.resident"))
    check(ckan.action.package_patch(id="population.resident", groups=[{"name": "人口"}])["groups"][0]["name"], "人口")


def search():
    drafts = ckan.action.package_search(include_drafts=True, rows=1000)
    check(drafts["count"], len(drafts["results"]))
    check(drafts["count"] > 10, True)
    check(ckan.action.package_search()["count"], 0)
    for id in ["population.resident", "base.division", "tinghu.road_lamp"]:
        if id == "tinghu.road_lamp":
            ledger.patch(id, about="路灯", sharing={"class": "unconditional"}, origin="form", grade="general-1", opening="open", refresh="yearly",
                         columns=[{"name": "a", "title": {"zh": "甲"}, "grade": "general-1"}])
        ledger.publish(id)
    active = ["base.division", "population.resident", "tinghu.road_lamp"]
    check(ckan.action.package_list(), active)
    check(ckan.action.package_list(limit=1, offset=1), active[1:2])
    found = ckan.action.package_search(q="*:*", sort="title_string asc", **{"facet.field": ["organization", "tags", "groups", "res_format", "opening"]})
    check(found["count"], 3)
    check(sorted(one["id"] for one in found["results"]), active)
    check(found["facets"]["organization"]["亭湖区住建局"], 1)
    check(sum(found["facets"]["organization"].values()), 3)
    check(found["facets"]["tags"]["照明"], 1)
    check(found["facets"]["res_format"], {"CSV": 2})
    check(found["facets"]["opening"]["open"] >= 1, True)
    check({item["name"] for item in found["search_facets"]["groups"]["items"]} >= {"人口"}, True)
    pages = [ckan.action.package_search(sort="title_string asc", rows=1, start=start) for start in range(4)]
    check([page["count"] for page in pages], [3] * 4)
    check([one["id"] for page in pages for one in page["results"]], [one["id"] for one in found["results"]])
    for query in [{"q": "路灯"}, {"fq": "organization:亭湖区住建局"}, {"fq": 'tags:"照明"'}, {"q": "tags:照明"},
                  {"fq": "name:(tinghu.road_lamp OR nothing)"}, {"fq_list": ["opening:open", "tags:照明"]},
                  {"fq": "+organization:亭湖区住建局 AND state:active"}]:
        check([one["id"] for one in ckan.action.package_search(**query)["results"]], ["tinghu.road_lamp"])
    narrow = ckan.action.package_search(fq="organization:亭湖区住建局", **{"facet.field": '["organization"]'})
    check(narrow["facets"]["organization"], {"亭湖区住建局": 1})
    for query in [{"fq": "organization:nobody"}, {"q": "绝无此词zzz"}, {"fq": "type:harvest"}, {"fq": "tags:zzz"}]:
        check((ckan.action.package_search(**query)["count"]), 0)
    check(ckan.action.package_search(rows=0)["count"], 3)
    check(ckan.action.package_search(rows=0)["results"], [])
    check(ckan.action.package_search(fq="private:true", rows=0)["count"] + 3,
          ckan.action.package_search(include_private=True, rows=0)["count"])
    refused(SearchQueryError, lambda: ckan.action.package_search(fq="colour:red"), "colour")
    refused(SearchQueryError, lambda: ckan.action.package_search(fq="-tags:a"))
    refused(SearchQueryError, lambda: ckan.action.package_search(sort="colour asc"))
    refused(ValidationError, lambda: ckan.action.package_search(rows="many"), "rows")
    refused(ValidationError, lambda: ckan.action.package_search(start=-1), "start")
    whole = ckan.action.current_package_list_with_resources(limit=2)
    check((len(whole), all(one["state"] == "active" for one in whole)), (2, True))


def lists():
    names = ckan.action.organization_list()
    check("亭湖区住建局" in names, True)
    whole = ckan.action.organization_list(all_fields=True)
    check([one["name"] for one in whole], names)
    check(next(one for one in whole if one["name"] == "亭湖区住建局")["package_count"], 1)
    check(ckan.action.organization_list(limit=1, offset=1), names[1:2])
    shown = ckan.action.organization_show(id="亭湖区住建局", include_datasets=True)
    check([one["id"] for one in shown["packages"]], ["tinghu.road_lamp"])
    refused(NotFound, lambda: ckan.action.organization_show(id="没有这个部门"))
    check("人口" in ckan.action.group_list(), True)
    check(ckan.action.group_show(id="人口")["package_count"] >= 1, True)
    refused(NotFound, lambda: ckan.action.group_show(id="没有"))
    check("照明" in ckan.action.tag_list(), True)
    check(ckan.action.tag_list(query="照"), ["照明"])
    check(ckan.action.tag_list(query="照", all_fields=True)[0]["display_name"], "照明")
    check([one["id"] for one in ckan.action.tag_show(id="照明", include_datasets=True)["packages"]], ["tinghu.road_lamp"])
    refused(NotFound, lambda: ckan.action.tag_show(id="nothing"))
    check(ckan.action.tag_search(query="照")["count"], 1)
    check(ckan.action.tag_search(query=["照"], limit=0)["results"], [])


def resources():
    resource = ckan.action.package_show(id="population.resident")["resources"][0]
    id = resource["id"]
    check((id, resource["datastore_active"]), ("population.resident.table", True))
    check(ckan.action.resource_show(id=id), resource)
    refused(NotFound, lambda: ckan.action.resource_show(id="nothing"))
    check([one["id"] for one in ckan.action.resource_search(query="name:常住人口")["results"]], [id])
    check(ckan.action.resource_search(query=["format:csv", "name:常住人口"])["count"], 1)
    refused(SearchQueryError, lambda: ckan.action.resource_search(query="colour:red"))
    refused(ValidationError, lambda: ckan.action.resource_search(query="words"))
    refused(NotAuthorized, lambda: ckan.action.resource_create(package_id="population.resident", url="http://x"))
    refused(NotAuthorized, lambda: ckan.action.resource_update(id=id, url="http://x"))
    refused(NotAuthorized, lambda: ckan.action.resource_delete(id=id))
    refused(NotFound, lambda: ckan.action.resource_delete(id="nothing"))
    with open(sys.argv[0], "rb") as file:
        refused(ValidationError, lambda: ckan.action.resource_create(package_id="population.resident", upload=file), "upload")


def datastore():
    id = "population.resident.table"
    info = ckan.action.datastore_info(id=id)
    fields = {field["id"]: field for field in info["fields"]}
    check(fields["birth_date"]["type"], "date")
    check(fields["income"]["type"], "numeric")
    check(fields["resident_id"]["schema"], {"notnull": True, "uniquekey": True, "is_index": True})
    check(fields["name"]["info"]["label"], "姓名")
    check(any(name.startswith("_") for name in fields), False)
    everything = ckan.action.datastore_search(resource_id=id, limit=32000)
    total = everything["total"]
    check((total, info["meta"]["count"]), (len(everything["records"]), total))
    check(total > 3, True)
    check([field["id"] for field in everything["fields"]], list(fields))
    rows = everything["records"]

    # Page by page, every row once and in the same order.
    paged, offset = [], 0
    while True:
        page = ckan.action.datastore_search(resource_id=id, limit=2, offset=offset)
        if not page["records"]:
            break
        check(page["total"], total)
        paged += page["records"]
        offset += 2
    check(paged, rows)
    following = requests.get(ckan.action.datastore_search(resource_id=id, limit=2)["_links"]["next"]).json()
    check(following["result"]["records"], rows[2:4])

    one = rows[0]
    for filters in [{"resident_id": one["resident_id"]}, {"resident_id": [one["resident_id"]]},
                    {"resident_id": one["resident_id"], "birth_date": one["birth_date"]}]:
        check(ckan.action.datastore_search(resource_id=id, filters=filters)["records"], [one])
        check(by_get.action.datastore_search(resource_id=id, filters=json.dumps(filters))["records"], [one])
    two = [row["resident_id"] for row in rows[:2]]
    check(ckan.action.datastore_search(resource_id=id, filters={"resident_id": two})["total"], 2)
    check(ckan.action.datastore_search(resource_id=id, q=one["resident_id"])["records"], [one])
    check(ckan.action.datastore_search(resource_id=id, q={"resident_id": one["resident_id"]})["total"], 1)
    check(ckan.action.datastore_search(resource_id=id, q="绝无此词zzz")["total"], 0)
    empty = [row for row in rows if row["mobile"] is None]
    check(ckan.action.datastore_search(resource_id=id, filters={"mobile": None})["total"], len(empty))
    incomes = [row for row in rows if row["income"] is not None]
    check(ckan.action.datastore_search(resource_id=id, filters={"income": incomes[0]["income"]})["total"] >= 1, True)

    ordered = ckan.action.datastore_search(resource_id=id, sort="birth_date desc, name", fields="birth_date, name")
    dates = [row["birth_date"] for row in ordered["records"]]
    check(dates, sorted(dates, reverse=True))
    check(list(ordered["records"][0]), ["birth_date", "name"])
    sexes = ckan.action.datastore_search(resource_id=id, fields=["sex"], distinct=True, sort="sex")
    check([row["sex"] for row in sexes["records"]], sorted({row["sex"] for row in rows}))
    check(sexes["total"], len(sexes["records"]))
    lists = ckan.action.datastore_search(resource_id=id, fields=["name", "sex"], records_format="lists")["records"]
    check(lists, [[row["name"], row["sex"]] for row in rows[:100]])
    csv = ckan.action.datastore_search(resource_id=id, fields=["sex"], records_format="csv", limit=3)["records"]
    check(csv.split(), [row["sex"] for row in rows[:3]])
    check("total" in ckan.action.datastore_search(resource_id=id, include_total=False), False)
    check(ckan.action.datastore_search(resource_id=id, limit=0)["records"], [])

    # Nothing that a caller writes ends a text or a name.
    for text in ["' OR 1=1 --", "'; DROP TABLE x; --", "\\' OR ''='", "\" OR \"\"=\"", "％' OR '1'='1", "a\0b", "$1", "%27%20OR"]:
        check(ckan.action.datastore_search(resource_id=id, filters={"name": text})["total"], 0)
        check(ckan.action.datastore_search(resource_id=id, q=text)["total"] < total, True)
        refused(ValidationError, lambda: ckan.action.datastore_search(resource_id=id, filters={text: "x"}), "not in table")
        refused(ValidationError, lambda: ckan.action.datastore_search(resource_id=id, fields=[text]))
        refused(ValidationError, lambda: ckan.action.datastore_search(resource_id=id, sort=[text]))
        refused(ValidationError, lambda: ckan.action.datastore_search(resource_id=id, filters={"birth_date": text}))
        refused(NotFound, lambda: ckan.action.datastore_search(resource_id=text))
    refused(ValidationError, lambda: ckan.action.datastore_search(resource_id=id, sort="(SELECT 1)"), "sort")
    refused(ValidationError, lambda: ckan.action.datastore_search(resource_id=id, limit="many"), "limit")
    refused(ValidationError, lambda: ckan.action.datastore_search(resource_id=id, offset=-1), "offset")
    refused(ValidationError, lambda: ckan.action.datastore_search(resource_id=id, records_format="xml"), "records_format")
    refused(ValidationError, lambda: ckan.action.datastore_search(resource_id=id, colour="red"), "colour")
    refused(ValidationError, lambda: ckan.action.datastore_search(), "resource_id")
    refused(NotFound, lambda: ckan.action.datastore_info(id="nothing"))

    sql = ckan.action.datastore_search_sql(sql="SELECT count(*) AS people FROM population.resident")
    check((sql["records"], sql["fields"]), ([{"people": total}], [{"id": "people", "type": "int8"}]))
    for statement in ["DROP TABLE population.resident", "INSERT INTO population.resident VALUES (1)", "SELECT 1; SELECT 2",
                      "COPY population.resident TO '/tmp/x'", "SELECT * FROM nothing.there", "CREATE VIEW v AS SELECT 1"]:
        refused(ValidationError, lambda: ckan.action.datastore_search_sql(sql=statement))

    dump = requests.get(f"{url}/datastore/dump/{id}")
    check(dump.headers["content-type"], "text/csv; charset=utf-8")
    check(len(dump.content.decode("utf-8").strip().splitlines()), total + 1)
    check(dump.content.decode("utf-8").splitlines()[0], ",".join(fields))
    as_json = requests.get(f"{url}/datastore/dump/{id}?format=json&fields=name&limit=2").json()
    check(as_json["records"], [[row["name"]] for row in rows[:2]])
    check(requests.get(f"{url}/datastore/dump/{id}?bom=true").content[:3], b"\xef\xbb\xbf")
    check(requests.get(f"{url}/datastore/dump/nothing").status_code, 404)
    check(requests.get(f"{url}/datastore/dump/{id}?format=xml").status_code, 400)


def goodbye():
    ckan.action.package_delete(id="tinghu.road_lamp")
    check(ckan.action.package_show(id="tinghu.road_lamp")["state"], "deleted")
    check("tinghu.road_lamp" in ckan.action.package_list(), False)
    ckan.action.package_create(name="tinghu.bench", title="长椅", owner_org="亭湖区住建局")
    check(ckan.action.package_patch(id="tinghu.bench", state="deleted")["state"], "deleted")


for part in (status, packages, search, lists, resources, datastore, goodbye):
    try:
        part()
    except Exception:
        print(f"in `{part.__name__}`, after {checked} checks", file=sys.stderr)
        raise
print(json.dumps({"checked": checked}))
