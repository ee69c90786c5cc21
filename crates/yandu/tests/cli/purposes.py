"""Asks at every door for programs with tokens for a purpose, for another, and for none, where a policy is for a purpose.
`purposes.py URL LINK WIRE FLIGHT`: the link makes the first administrator, WIRE is the address of the PostgreSQL protocol, FLIGHT that of Arrow
Flight SQL. Prints how many things were held against each other."""

import json
import sys
import tempfile

import adbc_driver_flightsql.dbapi
import adbc_driver_manager
import delta_sharing
import psycopg
from ckanapi import RemoteCKAN
from ckanapi.errors import CKANAPIError

from rights import City

SQL = "SELECT number FROM club.account"

url, link, wire, flight = sys.argv[1:]
city = City(url, link)
wang = city.somebody("wang")
checked = 0


def same(left, right, what=""):
    global checked
    checked += 1
    assert left == right, (what, left, right)


def by_http(program):
    answer = program.query(SQL)
    return len(answer.json()["rows"]) if answer.status == 200 else None


def by_ckan(program):
    try:
        return RemoteCKAN(url, apikey=program.secret).action.datastore_search(resource_id="club.account.table")["total"]
    except CKANAPIError:
        return None


def by_wire(program):
    host, port = wire.rsplit(":", 1)
    with psycopg.connect(host=host, port=port, user=program.login, password=program.secret, dbname="yandu", autocommit=True) as connection:
        try:
            return len(connection.execute(SQL).fetchall())
        except psycopg.Error:
            return None


def by_flight(program):
    given = {"username": program.login, "password": program.secret}
    with adbc_driver_flightsql.dbapi.connect(flight, db_kwargs=given, autocommit=True) as connection, connection.cursor() as cursor:
        try:
            cursor.execute(SQL)
            return len(cursor.fetchall())
        except adbc_driver_manager.Error:
            return None


def by_sharing(program):
    profile = {"shareCredentialsVersion": 1, "endpoint": f"{url}/delta-sharing", "bearerToken": program.secret}
    with tempfile.NamedTemporaryFile("w", suffix=".share") as file:
        json.dump(profile, file)
        file.flush()
        listed = [table.name for table in delta_sharing.SharingClient(file.name).list_all_tables()]
        return len(delta_sharing.load_as_pandas(f"{file.name}#city.club.account")) if "account" in listed else None


DOORS = {"http": by_http, "ckan": by_ckan, "postgresql": by_wire, "flight sql": by_flight, "delta sharing": by_sharing}
told = {}
for purpose, rows in [(None, None), ("核对", 4), ("营销", None), ("  核对 ", 4)]:
    program = wang.token(purpose=purpose)
    told[program.id] = purpose and purpose.strip()
    for door, by in DOORS.items():
        same(by(program), rows, (purpose, door))
same({one["id"]: one.get("purpose") for one in wang.ok("GET", "/account/tokens")["tokens"]}, told)
# Each receipt tells the purpose of its token.
forms = set()
for line in wang.ok("GET", "/exports")["exports"]:
    receipt = wang.ok("GET", f"/exports/{line['id']}")
    same(receipt["purpose"], told[receipt["token"]], line)
    forms.add(line["form"])
same(forms >= {"json", "postgresql", "arrow-flight", "delta-sharing"}, True, forms)
for wrong in ["x" * 201, "一\n二"]:
    refused = wang.send("POST", "/api/v1/account/tokens", {"name": "n", "scope": ["read"], "expires_at": "2999-01-01T00:00:00Z", "purpose": wrong})
    same(refused.code, "invalid-token")
print(json.dumps({"checked": checked}))
