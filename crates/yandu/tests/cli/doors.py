"""Asks the same questions as many principals at every door of a city, and holds the answers against each other as multisets of typed
rows.

`doors.py make SEED FOLDER` draws rows and policies of twenty principals; `doors.py ask SEED URL LINK WIRE FLIGHT PROGRAM FOLDER` asks: the link
makes the first administrator, WIRE is the address of the PostgreSQL protocol, FLIGHT that of Arrow Flight SQL, PROGRAM the command line, which is
run in FOLDER. Every question is asked as every principal as JSON, over the PostgreSQL protocol and as an action of CKAN; the other doors are asked a
share of it, which is drawn. Prints how often each door was asked, answered and refused, and which questions fewer than three doors answered."""

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from http.client import HTTPException
from io import BytesIO, StringIO
from typing import NamedTuple

import adbc_driver_flightsql.dbapi
import adbc_driver_manager
import delta_sharing
import pandas
import psycopg
import pyarrow.parquet

from rights import City, Somebody, until

PARQUET = "application/vnd.apache.parquet"
QUESTIONS = 500
# Rows of one answer at most; no answer here has as many.
MOST = 5_000
# How much of what is asked is also asked at a door that takes longer.
SHARE = 1 / 8

command, seed, *rest = sys.argv[1:]
draw = random.Random(int(seed))
NAMES = [f"p{number:02}" for number in range(20)]
# Sees all that there is, as the local administrator does.
SEES_ALL = NAMES[0]


class Question(NamedTuple):
    sql: str
    # The same as parameters of `datastore_search`, where it is of that form.
    search: dict | None = None
    # Whether somebody who sees everything gets an answer.
    has_answer: bool = True


def condition():
    """Rows that somebody sees: a condition that holds for some of them."""
    return draw.choice(["area = '320902'", "area <> '320903'", "age >= 40", "active", "id < 'P030'", "born >= DATE '1980-01-01'", "income > 1000 OR age IS NULL"])


def policy(name):
    """What one principal may read. One sees everything, some all rows, some all columns, some only one of the datasets."""
    texts = []
    if name == SEES_ALL:
        for dataset in ["person", "visit", "secret"]:
            texts.append(f'@id("{name}-{dataset}") @about("{name}") @up_to("general-3")\npermit (principal == Service::"{name}", action == Action::"read", resource == Dataset::"club.{dataset}");\n')
        return "\n".join(texts)
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
        file.write("\n".join(policy(name) for name in NAMES))
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


def of_texts(kinds, rows, truth):
    """Rows of texts, by the types of their columns; all are texts where nobody told any."""
    def cell(kind, one):
        return ("boolean", one == truth) if one is not None and kind.startswith("bool") else of_text(kind, one)

    return Counter(tuple(cell(*both) for both in zip(kinds or ["text"] * len(row), row, strict=True)) for row in rows)


def of_answer(told):
    """The rows of an answer in JSON, and the types of its columns."""
    kinds = [column["type"] for column in told["columns"]]
    return Counter(tuple(map(of_text, kinds, row)) for row in told["rows"]), kinds


def by_json(who, sql):
    answer = who.query(sql, limit=MOST)
    told = answer.json()
    if answer.status != 200 or told.get("problem"):
        raise Refused
    return of_answer(told)


# What each of the others says of a question; `kinds` are the types of its columns in JSON, for doors that hand over texts.
def by_parquet(who, question, kinds):
    answer = who.query(question.sql, PARQUET)
    if answer.status != 200:
        raise Refused
    table = pyarrow.parquet.read_table(BytesIO(answer.body))
    columns = [column.to_pylist() for column in table.columns]
    return Counter(tuple(map(value, row)) for row in zip(*columns))


def by_csv(who, question, kinds):
    try:
        answer = who.query(question.sql, "text/csv")
    except (HTTPException, ConnectionError):
        # A file that cannot be finished breaks off.
        raise Refused from None
    if answer.status != 200:
        raise Refused
    lines = csv.reader(StringIO(answer.body.decode(), newline=""))
    next(lines)
    # A CSV cannot tell an empty text from nothing; no question here has an answer with empty texts.
    return of_texts(kinds, ([cell or None for cell in line] for line in lines), "true")


def by_wire(who, question, kinds):
    try:
        with who.wire.cursor(binary=draw_binary(question.sql)) as cursor:
            return Counter(tuple(map(value, row)) for row in cursor.execute(question.sql))
    except psycopg.Error:
        raise Refused from None


def draw_binary(sql):
    """Half of the questions come as text, half in binary."""
    return len(sql) % 2 == 0


def by_copy(who, question, kinds):
    try:
        with who.wire.cursor() as cursor, cursor.copy(f"COPY ({question.sql}) TO STDOUT") as copy:
            return of_texts(kinds, copy.rows(), "t")
    except psycopg.Error:
        raise Refused from None


def by_action(who, action, parameters):
    """The result of an action of CKAN, and its records as rows."""
    answer = who.send("POST", f"/api/3/action/{action}", parameters)
    if answer.status != 200:
        raise Refused
    result = answer.json()["result"]
    fields = [(field["id"], field["type"]) for field in result["fields"]]
    return result, Counter(tuple(of_text(kind, row[name]) for name, kind in fields) for row in result["records"])


def by_ckan(who, question, kinds):
    return by_action(who, "datastore_search_sql", {"sql": question.sql})[1]


def by_search(who, question, kinds):
    result, rows = by_action(who, "datastore_search", {**question.search, "limit": MOST})
    assert result["total"] == len(result["records"]), (question.sql, result["total"], len(result["records"]))
    return rows


def by_flight(who, question, kinds):
    try:
        with who.flight.cursor() as cursor:
            cursor.execute(question.sql)
            return Counter(tuple(map(value, row)) for row in cursor.fetchall())
    except adbc_driver_manager.Error:
        raise Refused from None


# The environment of the one who runs the tests is not part of them.
ENVIRONMENT = {name: said for name, said in os.environ.items() if not name.startswith("YANDU_")}


def by_command_line(who, question, kinds):
    """What the local administrator is told, beside whom one principal sees as much."""
    command = [binary, "--data", "data", "sql", question.sql, "--format", "json", "--limit", str(MOST)]
    ran = subprocess.run(command, cwd=folder, env=ENVIRONMENT, capture_output=True, encoding="utf-8")
    assert ran.returncode in (0, 1), ran.stderr
    if ran.returncode:
        raise Refused
    return of_answer(json.loads(ran.stdout))[0]


DOORS = {
    "postgresql": by_wire, "copy": by_copy, "parquet": by_parquet, "csv": by_csv, "ckan": by_ckan, "ckan search": by_search, "flight sql": by_flight,
    "command line": by_command_line,
}
# Those at which everything is asked, beside JSON, and those at which a share is: a file leaves a receipt each time.
QUICK, SLOW = ["postgresql", "ckan"], ["copy", "parquet", "csv", "flight sql"]


def doors_of(name, question):
    """Where a question is asked, beside JSON."""
    doors = QUICK + [door for door in SLOW if draw.random() < SHARE]
    if question.search:
        doors.append("ckan search")
    if name == SEES_ALL and draw.random() < 2 * SHARE:
        doors.append("command line")
    return doors


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


def searched(table, columns):
    """A question that CKAN's `datastore_search` can put too."""
    fields = draw.sample(list(columns), draw.randint(1, 4))
    named = [name for name, kind in columns.items() if kind in ("text", "bool")]
    filters, conditions = {}, []
    for name in draw.sample(named, draw.randint(0, 2)):
        if draw.random() < 0.2:
            filters[name] = None
            conditions.append(f"{name} IS NULL")
        elif columns[name] == "bool":
            filters[name] = draw.random() < 0.5
            conditions.append(f"{name} = {json.dumps(filters[name])}")
        else:
            constants = [constant("text") for _ in range(draw.randint(1, 3))]
            filters[name] = [one.strip("'") for one in constants]
            conditions.append(f"{name} IN ({', '.join(constants)})")
    is_distinct = draw.random() < 0.5
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    sql = f"SELECT {'DISTINCT ' if is_distinct else ''}{', '.join(fields)} FROM {table}{where}"
    return Question(sql, {"resource_id": f"{table}.table", "fields": fields, "filters": filters, "distinct": is_distinct})


def question():
    """A question whose answer does not depend on the order in which rows are read."""
    table, columns = draw.choice([("club.person", PERSON), ("club.visit", VISIT)])
    where = f" WHERE {predicate(columns)}" if draw.random() < 0.7 else ""
    kind = draw.randint(0, 14)
    if kind > 12:
        return searched(table, columns)
    if kind <= 2:
        return Question(f"SELECT {picked(columns)} FROM {table}{where}")
    if kind == 3:
        by = draw.choice(["area"] if columns is PERSON else ["kind", "person"])
        return Question(f"SELECT {by}, {aggregate(columns)} AS a, {aggregate(columns)} AS b FROM {table}{where} GROUP BY {by}")
    if kind == 4:
        return Question(f"SELECT {aggregate(columns)} AS a FROM {table}{where}")
    if kind == 5:
        return Question(f"SELECT p.area, v.kind, count(*) AS n, sum(v.cost) AS s FROM club.person p {draw.choice(['', 'LEFT '])}JOIN club.visit v ON v.person = p.id AND {predicate(VISIT, 'v.')} WHERE {predicate(PERSON, 'p.')} GROUP BY p.area, v.kind")
    if kind == 6:
        return Question(f"SELECT id, area FROM club.person WHERE {draw.choice(['', 'NOT '])}EXISTS (SELECT 1 FROM club.visit v WHERE v.person = club.person.id AND {predicate(VISIT, 'v.')})")
    if kind == 7:
        return Question(f"SELECT id, row_number() OVER (PARTITION BY {draw.choice(['area'] if columns is PERSON else ['kind'])} ORDER BY id) AS n FROM {table}{where}")
    if kind == 8:
        union = draw.choice(["UNION ALL", "UNION", "EXCEPT", "INTERSECT"])
        return Question(f"SELECT id, area FROM club.person WHERE {predicate(PERSON)} {union} SELECT id, area FROM club.person WHERE {predicate(PERSON)}")
    if kind == 9:
        return Question(f"SELECT {draw.choice(list(columns))} AS c, id FROM {table}{where} ORDER BY id LIMIT {draw.randint(0, 20)}")
    if kind == 10:
        return Question(f"WITH t AS (SELECT {picked(columns, 2)}, id FROM {table}{where}) SELECT count(*) AS n, min(id) AS i, max(id) AS j FROM t")
    if kind == 11:
        return Question(f"SELECT DISTINCT {draw.choice(list(columns))} AS c FROM {table}{where}")
    # Some questions have no answer: a value that cannot be read, a table or a column that is not there.
    sql = draw.choice([
        f"SELECT CAST(name AS INTEGER) AS c FROM club.person{'' if columns is VISIT else where}",
        f"SELECT nothing FROM {table}", "SELECT id FROM club.nothing", "SELECT id, secret FROM club.secret",
        f"SELECT {draw.choice(list(columns))} FROM {table} WHERE", f"SELECT count(*) AS n FROM club.secret",
    ])
    return Question(sql, has_answer=False)


def ask(asked):
    """What the doors say of one question of one principal: which of them answered, what was something else than in JSON, and how many rows came."""
    name, question, doors = asked
    who, kinds, rows = principals[name], None, 0
    try:
        first, kinds = by_json(who, question.sql)
    except Refused:
        first = None
    did, differing = {"json": first is not None}, []
    for door in doors:
        try:
            answer = DOORS[door](who, question, kinds)
            rows += sum(answer.values())
        except Refused:
            answer = None
        did[door] = answer is not None
        if answer != first:
            short = lambda one: "refused" if one is None else sorted(map(str, one.elements()))[:4]
            differing.append([name, question.sql, door, short(first), short(answer)])
    return question, did, differing, rows


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

url, link, wire, flight, binary, folder = rest
city = City(url, link)
draw.seed(int(seed) + 1)
principals = {name: program(city, name) for name in NAMES}
questions = {}
while len(questions) < QUESTIONS:
    drawn = question()
    questions.setdefault(drawn.sql, drawn)
# A principal has one connection, which answers one question after the other.
lanes = [[(name, one, doors_of(name, one)) for one in questions.values()] for name in NAMES]
with ThreadPoolExecutor(4) as pool:
    said = [one for lane in pool.map(lambda lane: list(map(ask, lane)), lanes) for one in lane]

answered, refused, differing, rows = Counter(), Counter(), [], 0
# At how many doors a question was answered for the one for whom most were.
most = Counter()
for one, did, others, count in said:
    for door, is_answered in did.items():
        (answered if is_answered else refused)[door] += 1
    most[one.sql] = max(most[one.sql], sum(did.values()))
    differing += others
    rows += count
thin = [sql for sql, one in questions.items() if one.has_answer and most[sql] < 3]
# Principals that all see the same would prove nothing.
def sight(who):
    try:
        return json.dumps(sorted(map(str, by_json(who, "SELECT * FROM club.person")[0].elements())))
    except Refused:
        return "refused"


sights = len({sight(who) for who in principals.values()})
shared = [(name, dataset) for name in NAMES for dataset in ["club.person", "club.visit"] if draw.random() < 0.6]
differing += [[name, dataset, "delta sharing"] for name, dataset in shared if not is_shared_alike(name, dataset)]
told = {
    "questions": len(questions), "answerable": sum(one.has_answer for one in questions.values()), "thin": len(thin), "first_thin": thin[:5],
    "shared": len(shared), "asked": answered + refused, "answered": answered, "refused": refused, "rows": rows, "sights": sights,
    "differing": len(differing), "first": differing[:5],
}
print(json.dumps(told, ensure_ascii=False))
