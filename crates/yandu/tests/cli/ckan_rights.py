"""Reads a table of a city with accounts through `ckanapi`, with the token of an account that a grant shows some of its rows, with masks.
`ckan_rights.py URL LINK`; the link makes the first administrator. Prints how many things were held against each other."""

import json
import sys

import requests
from ckanapi import NotAuthorized, NotFound, RemoteCKAN, ValidationError
from ckanapi.errors import CKANAPIError

from rights import City

ID = "club.account.table"
COLUMNS = ["number", "area", "id_card", "mobile", "note", "amount", "price", "opened", "seen_at", "is_open", "people"]
SQL = f"SELECT {', '.join(COLUMNS)} FROM club.account ORDER BY number"
# What the grant does not show: other rows, and values behind a mask.
HIDDEN = ["000009", "320903", "hidden-note", "13800000001", "13800000009"]

url, link = sys.argv[1:]
city = City(url, link)
wang, li = city.somebody("wang"), city.somebody("li")
grant = city.grant("wang", "club.account", rows="area = '320902'")
program = wang.token()
ckan = RemoteCKAN(url, apikey=program.secret)
checked = 0


def same(left, right, what=""):
    global checked
    checked += 1
    assert left == right, (what, left, right)


def refused(kind, work):
    global checked
    checked += 1
    try:
        found = work()
    except kind:
        return
    raise AssertionError(f"not refused: {found!r}")


def rows(answer):
    """The records of an answer, in the order of the columns."""
    records = json.dumps(answer["records"], ensure_ascii=False)
    assert not [text for text in HIDDEN if text in records], records
    return [[record[name] for name in COLUMNS] for record in answer["records"]]


def search(**parameters):
    return ckan.action.datastore_search(resource_id=ID, sort="number", **parameters)


# What the door of SQL shows of it is what every action does.
shown = program.rows(SQL)
same([row[0] for row in shown], ["000001", "000002", "000003"], "rows of the other area are hidden")
same(shown[0][3], "138****0001", "a mobile number is masked")
whole = search()
same(rows(whole), shown)
same(whole["total"], 3)
same(rows(ckan.action.datastore_search_sql(sql=SQL)), shown)
pages = [search(limit=1, offset=offset) for offset in range(4)]
same([row for page in pages for row in rows(page)], shown)
same([page["total"] for page in pages], [3] * 4)
same(ckan.action.datastore_info(id=ID)["meta"]["count"], 3)
same(rows(search(filters={"area": ["320902", "320903"]})), shown)
same(rows(search(filters={"mobile": "138****0001"})), shown[:1], "a filter sees what the reader sees")
same(rows(search(q="138****0002")), shown[1:2])
# Nothing tells that there is more: no filter, no word, no order and no count.
for text in HIDDEN:
    for name in ["number", "area", "mobile", "note"]:
        same(search(filters={name: text})["total"], 0, (name, text))
    same(search(q=text)["total"], 0, text)
same([row["area"] for row in ckan.action.datastore_search(resource_id=ID, fields=["area"], distinct=True)["records"]], ["320902"])
dump = requests.get(f"{url}/datastore/dump/{ID}", headers={"Authorization": program.secret})
same((dump.status_code, len(dump.text.strip().splitlines())), (200, 4))
same([text for text in HIDDEN if text in dump.text], [])

# Who may not read it does not find it, a program changes nothing, and nobody asks without an account.
other = RemoteCKAN(url, apikey=li.token().secret)
for reader in (other, RemoteCKAN(url, apikey=wang.token("deliver").secret), RemoteCKAN(url)):
    refused(CKANAPIError, lambda: reader.action.datastore_search(resource_id=ID))
    refused(CKANAPIError, lambda: reader.action.datastore_search_sql(sql=SQL))
refused(NotFound, lambda: other.action.datastore_search(resource_id=ID))
refused(NotFound, lambda: other.action.datastore_info(id=ID))
refused(ValidationError, lambda: other.action.datastore_search_sql(sql=SQL))
refused(NotAuthorized, lambda: ckan.action.package_create(name="club-new", title="新目录", owner_org="市民政局"))
city.revoke(grant)
refused(NotFound, lambda: search())
refused(ValidationError, lambda: ckan.action.datastore_search_sql(sql=SQL))
print(json.dumps({"checked": checked}))
