"""Asks the same questions as many principals at every door of a city, and holds the answers against each other as multisets of typed
rows.

`doors.py make SEED FOLDER` draws rows and policies of twenty principals; `doors.py ask SEED URL LINK WIRE FLIGHT` asks: the link makes the
first administrator, WIRE is the address of the PostgreSQL protocol, FLIGHT that of Arrow Flight SQL. Prints how many questions each door answered and refused."""

import csv
import json
import os
import random
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import adbc_driver_flightsql.dbapi
import adbc_driver_manager
import delta_sharing
import pandas
import psycopg
import pyarrow.parquet

from rights import City, Somebody, until

PARQUET = "application/vnd.apache.parquet"
QUESTIONS, ASKERS = 500, 5

command, seed, *rest = sys.argv[1:]
draw = random.Random(int(seed))
NAMES = [f"p{number:02}" for number in range(20)]


def condition():
    """Rows that somebody sees: a condition that holds for some of them."""
    return draw.choice(["area = '320902'", "area <> '320903'", "age >= 40", "active", "id < 'P030'", "born >= DATE '1980-01-01'", "income > 1000 OR age IS NULL"])


def policy(number, name):
    """What one principal may read. Some see all rows, some all columns, some only one of the datasets."""
    texts = []
    for dataset in ["person", "visit"]:
        if draw.random() < 0.15:
            continue
        notes = [f'@id("{name}-{dataset}")', f'@about("{name}")', f'@up_to("{draw.choice(["general-1", "general-2", "general-3"])}")']
        if draw.random() < 0.6:
            rows = condition() if dataset == "person" else draw.choice(["cost > 20", "kind = '走访'", "day >= DATE '2025-03-01'"])
            notes.append(f'@rows("{rows}")')
        if dataset == "person" and draw.random() < 0.3:
            notes.append('@masks("mobile: null; name: keep 0 1")')
        texts.append("\n".join(notes) + f'\npermit (principal == Service::"{name}", action == Action::"read", resource == Dataset::"club.{dataset}");\n')
    if number == 0:
        texts.append(f'@id("{name}-secret") @about("{name}") @up_to("general-1")\npermit (principal == Service::"{name}", action == Action::"read", resource == Dataset::"club.secret");\n')
    return "\n".join(texts)


def make(folder):
    def written(name, header, rows):
        with open(f"{folder}/{name}.csv", "w", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)

    some = lambda value: "" if draw.random() < 0.1 else value
    people = [
        [
            f"P{number:03}", draw.choice(["320902", "320903", "320904"]), some(draw.choice(["王芳", "李强", "O'Hara", "赵,云", "钱 小满", '引"号'])),
            some(f"1{draw.randint(30, 99)}{draw.randint(0, 99999999):08}"), some(draw.randint(0, 99)), some(f"{draw.randint(-999, 9000)}.{draw.randint(0, 99):02}"),
            some(f"{draw.randint(1930, 2024)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"), some(draw.choice(["true", "false"])),
            some(f"2026-01-{draw.randint(1, 9):02} {draw.randint(0, 23):02}:30:00"), some(draw.randint(-400, 400) / 4),
        ]
        for number in range(60)
    ]
    written("person", PERSON, people)
    visits = [
        [f"V{number:03}", f"P{draw.randint(0, 70):03}", f"2025-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}", draw.choice(["走访", "电话", "视频"]), some(f"{draw.randint(0, 99)}.5"), some(draw.choice(["=1+1", "平安", "需复查"]))]
        for number in range(90)
    ]
    written("visit", VISIT, visits)
    written("secret", ["id", "secret"], [["S1", "线索一"]])
    os.makedirs(f"{folder}/packs/club/policies")
    with open(f"{folder}/packs/club/policies/principals.cedar", "w", encoding="utf-8") as file:
        file.write("\n".join(policy(number, name) for number, name in enumerate(NAMES)))
    print(json.dumps({"people": len(people), "visits": len(visits)}))


def program(city, name):
    """A program with a token: what it may read stands in the policies of the pack."""
    city.root.ok("POST", "/accounts", {"id": name, "name": name, "kind": "service"})
    made = city.root.ok("POST", f"/accounts/{name}/tokens", {"name": "doors", "scope": ["read"], "expires_at": until()})
    somebody = Somebody(city.url, {"authorization": f"Bearer {made['secret']}"})
    host, port = wire.rsplit(":", 1)
    somebody.secret = made["secret"]
    somebody.wire = psycopg.connect(host=host, port=port, user=made["token"]["login"], password=made["secret"], dbname="yandu", autocommit=True)
    given = {"username": made["token"]["login"], "password": made["secret"]}
    somebody.flight = adbc_driver_flightsql.dbapi.connect(flight, db_kwargs=given, autocommit=True)
    return somebody


class Refused(Exception):
    """A door that gives no answer; all doors refuse alike."""


# Values as they are held against each other: exact numbers are one kind, whatever their scale.
def exact(value):
    return ("number", Decimal(value).normalize())


def value(one):
    if one is None:
        return ("null", None)
    if isinstance(one, bool):
        return ("boolean", one)
    if isinstance(one, (int, Decimal)):
        return exact(one)
    if isinstance(one, float):
        return ("float", f"{one:.12g}")
    if isinstance(one, datetime):
        return ("timestamp", one.replace(tzinfo=None))
    if isinstance(one, date):
        return ("date", one)
    if isinstance(one, str):
        return ("text", one)
    raise AssertionError(f"{type(one)} is no type of these tables")


def of_text(kind, one):
    """A value of JSON, by the type of its column."""
    if one is None:
        return ("null", None)
    if kind.startswith(("integer", "unsigned", "decimal", "int", "numeric")):
        return exact(str(one))
    if kind.startswith("float"):
        return ("float", f"{float(one):.12g}")
    if kind.startswith("bool"):
        return ("boolean", one)
    if kind.startswith("date") and "T" not in str(one):
        return ("date", date.fromisoformat(one))
    if kind.startswith("timestamp"):
        return ("timestamp", datetime.fromisoformat(str(one)).replace(tzinfo=None))
    return ("text", one)


def by_json(who, sql):
    answer = who.query(sql, limit=5000)
    told = answer.json()
    if answer.status != 200 or told.get("problem"):
        raise Refused
    kinds = [column["type"] for column in told["columns"]]
    return Counter(tuple(map(of_text, kinds, row)) for row in told["rows"])


def by_parquet(who, sql):
    answer = who.query(sql, PARQUET)
    if answer.status != 200:
        raise Refused
    table = pyarrow.parquet.read_table(BytesIO(answer.body))
    columns = [column.to_pylist() for column in table.columns]
    return Counter(tuple(map(value, row)) for row in zip(*columns))


def by_wire(who, sql):
    try:
        with who.wire.cursor(binary=draw_binary(sql)) as cursor:
            return Counter(tuple(map(value, row)) for row in cursor.execute(sql))
    except psycopg.Error:
        raise Refused from None


def draw_binary(sql):
    """Half of the questions come as text, half in binary."""
    return len(sql) % 2 == 0


def by_ckan(who, sql):
    answer = who.send("POST", "/api/3/action/datastore_search_sql", {"sql": sql})
    told = answer.json()
    if answer.status != 200:
        raise Refused
    result = told["result"]
    fields = [(field["id"], field["type"]) for field in result["fields"]]
    return Counter(tuple(of_text(kind, row[name]) for name, kind in fields) for row in result["records"])


def by_flight(who, sql):
    try:
        with who.flight.cursor() as cursor:
            cursor.execute(sql)
            return Counter(tuple(map(value, row)) for row in cursor.fetchall())
    except adbc_driver_manager.Error:
        raise Refused from None


DOORS = {"json": by_json, "parquet": by_parquet, "postgresql": by_wire, "ckan": by_ckan, "flight sql": by_flight}

TEXTS = ["id", "area", "name", "mobile"]
PERSON = {"id": "text", "area": "text", "name": "text", "mobile": "text", "age": "int", "income": "dec", "born": "date", "active": "bool", "seen": "time", "score": "float"}
VISIT = {"id": "text", "person": "text", "day": "date", "kind": "text", "cost": "dec", "note": "text"}


def constant(kind):
    if kind == "text":
        return draw.choice(["'320902'", "'320903'", "'P007'", "'王'", "'1'", "'走访'", "''"])
    if kind == "int":
        return str(draw.randint(-1, 95))
    if kind == "dec":
        return f"{draw.randint(-50, 9000)}.{draw.randint(0, 99):02}"
    if kind == "date":
        return f"DATE '{draw.randint(1940, 2025)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}'"
    if kind == "bool":
        return draw.choice(["true", "false"])
    if kind == "time":
        return f"TIMESTAMP '2026-01-0{draw.randint(1, 9)} 10:00:00'"
    return str(draw.randint(0, 100) / 4)


def predicate(columns, alias=""):
    name = draw.choice(list(columns))
    kind, column = columns[name], f"{alias}{name}"
    choice = draw.randint(0, 5)
    if choice == 0:
        return f"{column} IS {draw.choice(['', 'NOT '])}NULL"
    if choice == 1 and kind == "text":
        return f"{column} LIKE {draw.choice([repr('%0%'), repr('王%'), repr('_2%')])}"
    if choice == 2 and kind != "bool":
        return f"{column} IN ({', '.join(constant(kind) for _ in range(3))})"
    if choice == 3:
        return f"({predicate(columns, alias)} {draw.choice(['AND', 'OR'])} NOT {predicate(columns, alias)})"
    if kind == "bool":
        return f"{column} = {constant(kind)}"
    return f"{column} {draw.choice(['=', '<>', '<', '<=', '>', '>='])} {constant(kind)}"


def expression(columns):
    name = draw.choice(list(columns))
    kind = columns[name]
    if kind == "text":
        return draw.choice([name, f"upper({name})", f"substr({name}, 1, 3)", f"coalesce({name}, '无')", f"{name} || '·'", f"length({name})"])
    if kind in ("int", "dec"):
        return draw.choice([name, f"{name} + 1", f"-{name}", f"CASE WHEN {name} > 40 THEN '多' ELSE '少' END", f"abs({name})"])
    if kind == "date":
        return draw.choice([name, f"CAST({name} AS TEXT)", f"extract(year FROM {name})"])
    return name


def picked(columns, most=4):
    return ", ".join(f"{expression(columns)} AS c{place}" for place in range(draw.randint(1, most)))


def aggregate(columns):
    of = lambda *kinds: draw.choice([name for name, kind in columns.items() if kind in kinds])
    return draw.choice([
        "count(*)", f"count({draw.choice(list(columns))})", f"count(DISTINCT {of('text')})", f"sum({of('int', 'dec')})",
        f"min({draw.choice([name for name, kind in columns.items() if kind != 'bool'])})", f"max({of('date', 'text', 'dec')})",
    ])


def question():
    """A question whose answer does not depend on the order in which rows are read."""
    table, columns = draw.choice([("club.person", PERSON), ("club.visit", VISIT)])
    where = f" WHERE {predicate(columns)}" if draw.random() < 0.7 else ""
    kind = draw.randint(0, 12)
    if kind <= 2:
        return f"SELECT {picked(columns)} FROM {table}{where}"
    if kind == 3:
        by = draw.choice(["area"] if columns is PERSON else ["kind", "person"])
        return f"SELECT {by}, {aggregate(columns)} AS a, {aggregate(columns)} AS b FROM {table}{where} GROUP BY {by}"
    if kind == 4:
        return f"SELECT {aggregate(columns)} AS a FROM {table}{where}"
    if kind == 5:
        return f"SELECT p.area, v.kind, count(*) AS n, sum(v.cost) AS s FROM club.person p {draw.choice(['', 'LEFT '])}JOIN club.visit v ON v.person = p.id AND {predicate(VISIT, 'v.')} WHERE {predicate(PERSON, 'p.')} GROUP BY p.area, v.kind"
    if kind == 6:
        return f"SELECT id, area FROM club.person WHERE {draw.choice(['', 'NOT '])}EXISTS (SELECT 1 FROM club.visit v WHERE v.person = club.person.id AND {predicate(VISIT, 'v.')})"
    if kind == 7:
        return f"SELECT id, row_number() OVER (PARTITION BY {draw.choice(['area'] if columns is PERSON else ['kind'])} ORDER BY id) AS n FROM {table}{where}"
    if kind == 8:
        union = draw.choice(["UNION ALL", "UNION", "EXCEPT", "INTERSECT"])
        return f"SELECT id, area FROM club.person WHERE {predicate(PERSON)} {union} SELECT id, area FROM club.person WHERE {predicate(PERSON)}"
    if kind == 9:
        return f"SELECT {draw.choice(list(columns))} AS c, id FROM {table}{where} ORDER BY id LIMIT {draw.randint(0, 20)}"
    if kind == 10:
        return f"WITH t AS (SELECT {picked(columns, 2)}, id FROM {table}{where}) SELECT count(*) AS n, min(id) AS i, max(id) AS j FROM t"
    if kind == 11:
        return f"SELECT DISTINCT {draw.choice(list(columns))} AS c FROM {table}{where}"
    # Some questions have no answer: a value that cannot be read, a table or a column that is not there.
    return draw.choice([
        f"SELECT CAST(name AS INTEGER) AS c FROM club.person{'' if columns is VISIT else where}",
        f"SELECT nothing FROM {table}", "SELECT id FROM club.nothing", "SELECT id, secret FROM club.secret",
        f"SELECT {draw.choice(list(columns))} FROM {table} WHERE", f"SELECT count(*) AS n FROM club.secret",
    ])


def ask(asked):
    """What each door says of one question of one principal."""
    name, sql = asked
    said = {}
    for door, by in DOORS.items():
        try:
            said[door] = by(principals[name], sql)
        except Refused:
            said[door] = "refused"
    return name, sql, said


def by_sharing(who, dataset):
    """All that somebody sees of a dataset, as a frame; nothing where it is not shared with them."""
    profile = {"shareCredentialsVersion": 1, "endpoint": f"{url}/delta-sharing", "bearerToken": who.secret}
    with tempfile.NamedTemporaryFile("w", suffix=".share") as file:
        json.dump(profile, file)
        file.flush()
        listed = [f"{table.schema}.{table.name}" for table in delta_sharing.SharingClient(file.name).list_all_tables()]
        return delta_sharing.load_as_pandas(f"{file.name}#city.{dataset}") if dataset in listed else None


def of_frame(kind, one):
    """A value of a frame, in which numbers beside missing ones are floats, by the type that its column has in JSON."""
    if one is None or pandas.isna(one):
        return ("null", None)
    if kind.startswith(("integer", "decimal")):
        return exact(str(one))
    return value(one.to_pydatetime() if isinstance(one, pandas.Timestamp) else one)


def is_shared_alike(name, dataset):
    """Whether what is shared with a principal is what it is told as JSON."""
    frame = by_sharing(principals[name], dataset)
    answer = principals[name].query(f"SELECT * FROM {dataset}", limit=5000)
    if frame is None or answer.status != 200:
        return frame is None and answer.status != 200
    told = answer.json()
    columns = [(column["name"], column["type"]) for column in told["columns"]]
    as_json = Counter(tuple(of_text(kind, cell) for (_, kind), cell in zip(columns, row)) for row in told["rows"])
    cells = [frame[name].astype(object).tolist() for name, _ in columns]
    shared = Counter(tuple(of_frame(kind, cell) for (_, kind), cell in zip(columns, row)) for row in zip(*cells))
    return set(frame.columns) == {name for name, _ in columns} and shared == as_json


if command == "make":
    make(*rest)
    sys.exit()

url, link, wire, flight = rest
city = City(url, link)
draw.seed(int(seed) + 1)
principals = {name: program(city, name) for name in NAMES}
questions = []
while len(questions) < QUESTIONS:
    sql = question()
    if sql not in questions:
        questions.append(sql)
asked = [(name, sql) for sql in questions for name in draw.sample(sorted(principals), ASKERS)]
# A principal has one connection, which answers one question after the other.
lanes = [[one for one in asked if one[0] == name] for name in principals]
with ThreadPoolExecutor(4) as pool:
    said = [one for lane in pool.map(lambda lane: [ask(one) for one in lane], lanes) for one in lane]

answered, refused, differing = Counter(), Counter(), []
for name, sql, by_door in said:
    for door, answer in by_door.items():
        (refused if answer == "refused" else answered)[door] += 1
    first = by_door["json"]
    for door, answer in by_door.items():
        if answer != first:
            short = lambda one: one if one == "refused" else sorted(map(str, one.elements()))[:4]
            differing.append([name, sql, door, short(first), short(answer)])
rows = sum(sum(answer.values()) for _, _, by_door in said for answer in by_door.values() if answer != "refused")
# Principals that all see the same would prove nothing.
def sight(who):
    try:
        return json.dumps(sorted(map(str, by_json(who, "SELECT * FROM club.person").elements())))
    except Refused:
        return "refused"


sights = len({sight(who) for who in principals.values()})
shared = [(name, dataset) for name in NAMES for dataset in ["club.person", "club.visit"] if draw.random() < 0.6]
differing += [[name, dataset, "delta sharing"] for name, dataset in shared if not is_shared_alike(name, dataset)]
print(json.dumps({"questions": len(questions), "shared": len(shared), "asked": len(said), "answered": answered, "refused": refused, "rows": rows, "sights": sights, "differing": len(differing), "first": differing[:5]}, ensure_ascii=False))
