"""Clients of the PostgreSQL protocol that nobody here wrote. Each function takes a line, as JSON on stdin, and answers JSON."""

import asyncio
import datetime
import decimal
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from urllib.request import Request, urlopen


def address(line):
    return dict(host=line["host"], port=int(line["port"]), user=line["user"], password=line["password"])


def psycopg_line(line, **more):
    import psycopg

    return psycopg.connect(dbname="yandu", connect_timeout=10, **address(line), **more)


def told(value):
    return value if isinstance(value, (int, float, bool, str, type(None), list)) else str(value)


def rows(cursor):
    return [[told(value) for value in row] for row in cursor.fetchall()]


# psql


def psql(line, *commands, options=()):
    environment = dict(os.environ, PGPASSWORD=line["password"], PGCLIENTENCODING="UTF8", PGCONNECT_TIMEOUT="10")
    arguments = ["psql", "-X", "-A", "-t", "-h", line["host"], "-p", line["port"], "-U", line["user"], "-d", "yandu"]
    for command in commands:
        arguments += ["-c", command]
    done = subprocess.run([*arguments, *options], env=environment, capture_output=True, text=True)
    return [done.returncode, done.stdout, done.stderr]


def psql_walk(line):
    answers = {}
    for command in [
        r"\dn",
        r"\dt club.*",
        r"\d club.member",
        r"\d+ club.reading",
        r"\l",
        r"\du",
        r"\df club.*",
        r"\dv club.*",
        r"\di club.*",
        "SELECT name, age FROM club.member ORDER BY number",
        "SELECT 1; SELECT count(*) FROM club.reading",
        "SELECT * FROM club.hidden",
        "SELECT * FROM club.nowhere",
        "INSERT INTO club.member VALUES ('9', 'x', 1)",
        "",
    ]:
        answers[command] = psql(line, command)
    return answers


# psycopg


def psycopg_values(line):
    answers = {}
    with psycopg_line(line) as connection:
        for binary in [False, True]:
            with connection.cursor(binary=binary) as cursor:
                cursor.execute("SELECT * FROM club.reading ORDER BY number")
                values = rows(cursor)
                names = [column.name for column in cursor.description]
                types = [column.type_code for column in cursor.description]
                answers["binary" if binary else "text"] = values
        answers["names"], answers["types"] = names, types
        money = connection.execute("SELECT amount FROM club.reading").description[0]
        answers["amount"] = [money.precision, money.scale]
        answers["zone"] = connection.info.parameter_status("TimeZone")
        answers["array"] = connection.execute("SELECT ARRAY[1, 2, NULL], ARRAY['a,b', '城']").fetchone()
    return answers


def psycopg_parameters(line):
    """What comes back as something else than it went."""
    values = [
        ("int2", 7),
        ("int4", -70_000),
        ("int8", 2**62),
        ("numeric", decimal.Decimal("-12345678901234567890.123456789")),
        ("float8", 0.1),
        ("text", "盐城 'x' \"y\" \\ ; --"),
        ("bool", True),
        ("date", datetime.date(1949, 10, 1)),
        ("time", datetime.time(23, 59, 59, 1)),
        ("timestamp", datetime.datetime(1999, 12, 31, 23, 59, 59, 500000)),
        ("bytea", b"\x00\xff"),
        ("int8[]", [1, None, 3]),
        ("text[]", ["a,b", None, "城"]),
    ]
    wrong = []
    with psycopg_line(line, autocommit=True) as connection:
        for form in ["%s", "%t", "%b"]:
            for name, value in values:
                for given in [value, None]:
                    try:
                        back = connection.execute(f"SELECT {form}::{name}", [given]).fetchone()[0]
                    except Exception as error:
                        wrong.append([form, name, str(given), f"{type(error).__name__}: {error}"])
                        continue
                    if back != given:
                        wrong.append([form, name, str(given), str(back)])
        found = connection.execute(
            "SELECT number FROM club.reading WHERE place = %s AND amount > %s AND day = %s LIMIT %s",
            ["盐城市亭湖区", decimal.Decimal("1234.499"), datetime.date(2024, 2, 29), 5],
        ).fetchall()
        if found != [(1,)]:
            wrong.append(["where", str(found)])
        for _ in range(8):
            found = connection.execute("SELECT place FROM club.reading WHERE number = %s", [2], prepare=True).fetchone()
        if found != ("O'Hara, \"B\"",):
            wrong.append(["prepared", str(found)])
        # A moment is read on the clocks of the city, as the times of its datasets are.
        moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
        found = connection.execute("SELECT number FROM club.reading WHERE seen_at = %s", [moment]).fetchall()
        if found != [(1,)]:
            wrong.append(["moment", str(found)])
    return wrong


def psycopg_cursors(line):
    answers = {}
    with psycopg_line(line) as connection:
        with connection.cursor(name="walk") as cursor:
            cursor.itersize = 100
            cursor.execute("SELECT value FROM generate_series(1, 1000) AS t(value) WHERE value > %s", [0])
            answers["sum"] = sum(row[0] for row in cursor)
        with connection.cursor(name="few") as cursor:
            cursor.execute("SELECT number FROM club.reading ORDER BY number")
            answers["fetches"] = [len(cursor.fetchmany(2)), len(cursor.fetchmany(2)), len(cursor.fetchmany(2))]
        connection.execute("DECLARE c CURSOR FOR SELECT number FROM club.reading ORDER BY number")
        answers["fetched"] = rows(connection.execute("FETCH 2 FROM c"))
        answers["moved"] = connection.execute("MOVE 1 FROM c").statusmessage
        answers["rest"] = connection.execute("FETCH ALL FROM c").statusmessage
        connection.commit()
        try:
            connection.execute("FETCH 1 FROM c")
        except Exception as error:
            answers["after"] = error.sqlstate
    return answers


def psycopg_faults(line):
    answers = {"states": {}, "statuses": []}
    with psycopg_line(line, autocommit=True) as connection:
        for sql in [
            "SELEKT 1",
            "SELECT * FROM club.nowhere",
            "SELECT * FROM club.hidden",
            "SELECT nothing FROM club.member",
            "SELECT frobnicate(1)",
            "SELECT regexp_like('a', '(')",
            "SELECT 1 / 0",
            "SELECT 9223372036854775807 + 1",
            "INSERT INTO club.member VALUES (1)",
            "CREATE TABLE x (y int)",
            "COPY club.member FROM STDIN",
            "SET client_encoding TO 'GBK'",
            "SHOW nothing_like_it",
            "EXPLAIN ANALYZE SELECT 1",
            "SELECT * FROM information_schema.df_settings",
        ]:
            try:
                connection.execute(sql)
                answers["states"][sql] = None
            except Exception as error:
                answers["states"][sql] = error.sqlstate
                if sql == "CREATE TABLE x (y int)":
                    answers["hint"] = error.diag.message_hint
                if sql == "SELECT nothing FROM club.member":
                    answers["position"] = error.diag.statement_position
                    answers["message"] = error.diag.message_primary
    with psycopg_line(line) as connection:
        status = lambda: answers["statuses"].append(connection.info.transaction_status.name)
        status()
        connection.execute("SELECT 1")
        status()
        for sql in ["SELECT 1 / 0", "SELECT 1"]:
            try:
                connection.execute(sql)
            except Exception as error:
                answers["statuses"].append(error.sqlstate)
        status()
        connection.rollback()
        status()
        with connection.transaction():
            with connection.transaction():
                connection.execute("SELECT 1")
        status()
    return answers


def psycopg_cancel(line):
    answers = {}
    over = threading.Event()
    with psycopg_line(line, autocommit=True) as connection:

        def cancel():
            # A question that is not under way yet goes on.
            while not over.wait(0.3):
                connection.cancel()

        cancelling = threading.Thread(target=cancel)
        cancelling.start()
        try:
            connection.execute("SELECT count(*) FROM generate_series(1, 100000000000)").fetchone()
        except Exception as error:
            answers["state"] = error.sqlstate
        over.set()
        cancelling.join()
        answers["after"] = connection.execute("SELECT 1").fetchone()[0]
        connection.execute("SET statement_timeout = '300ms'")
        try:
            connection.execute("SELECT count(*) FROM generate_series(1, 100000000000)").fetchone()
        except Exception as error:
            answers["timeout"] = error.sqlstate
    return answers


def logins(line):
    """How others are turned away."""
    import psycopg

    answers = []
    for change in [
        {"password": "yt_wrong"},
        {"user": "nobody_abc234"},
        {"user": "bridge"},
        {"user": "local-administrator"},
        {"user": ""},
    ]:
        try:
            psycopg_line({**line, **change}).close()
            answers.append(None)
        except psycopg.OperationalError as error:
            answers.append(str(error).splitlines()[0].split("FATAL:")[-1].strip())
    return answers


def read_once(line):
    import psycopg

    try:
        with psycopg_line(line) as connection:
            return rows(connection.execute("SELECT number, name, age FROM club.member ORDER BY number"))
    except psycopg.OperationalError as error:
        return str(error).splitlines()[0].split("FATAL:")[-1].strip()


def revoked(line):
    """Asks for long, is revoked meanwhile by whoever waits for the file `asking`, and asks again."""
    answers = {}
    with psycopg_line(line, autocommit=True) as connection:
        idle = psycopg_line(line, autocommit=True)
        idle.execute("SELECT 1")
        # Nothing of a count comes before its end; half a second later it is under way.
        threading.Timer(0.5, lambda: open("asking", "w").close()).start()
        for name, one in [("running", connection), ("next", connection), ("idle", idle)]:
            try:
                one.execute("SELECT count(*) FROM generate_series(1, 100000000000)").fetchone()
                answers[name] = None
            except Exception as error:
                answers[name] = error.sqlstate or type(error).__name__
    try:
        psycopg_line(line).close()
        answers["login"] = None
    except Exception as error:
        answers["login"] = str(error).split("FATAL:")[-1].strip().splitlines()[0]
    return answers


def http(line, path, body):
    request = Request(f"{line['url']}/api/v1{path}", data=json.dumps(body).encode(), headers={"content-type": "application/json"})
    with urlopen(request) as answer:
        return json.loads(answer.read())


def fetched(line):
    """Fetches rows that are all read and ordered, some before a grant is revoked and some after."""
    import asyncpg

    sql = "SELECT code, value FROM club.hidden CROSS JOIN generate_series(1, 100000) AS n(value) ORDER BY value"

    def grant():
        given = {"to": {"kind": "service", "id": "bridge"}, "dataset": "club.hidden", "up_to": "general-4", "purpose": "试验", "until": line["until"], "ways": ["interface"]}
        return http(line, "/grants", given)["id"]

    def revoke(grant):
        http(line, f"/grants/{grant}/revocation", {"why": "试验"})

    def declared(take):
        given = grant()
        with psycopg_line(line) as connection:
            connection.execute(f"DECLARE c CURSOR FOR {sql}")
            taken = [take(connection)]
            revoke(given)
            try:
                taken.append(take(connection))
            except Exception as error:
                taken.append(error.sqlstate)
            connection.rollback()
        return taken

    async def suspended():
        given = grant()
        connection = await asyncpg.connect(database="yandu", timeout=10, **address(line))
        try:
            async with connection.transaction():
                portal = await connection.cursor(sql)
                taken = [len(await portal.fetch(10))]
                revoke(given)
                await portal.fetch(10)
                return [*taken, None]
        except asyncpg.PostgresError as error:
            return [*taken, error.sqlstate]
        finally:
            await connection.close(timeout=5)

    return {
        "cursor": declared(lambda connection: len(connection.execute("FETCH 10 FROM c").fetchall())),
        "moved": declared(lambda connection: int(connection.execute("MOVE 10 FROM c").statusmessage.split()[-1])),
        "portal": asyncio.run(suspended()),
    }


def catalogues(line):
    """What the catalogue and the information schema name."""
    answers = {}
    with psycopg_line(line, autocommit=True) as connection:
        for sql in [
            "SELECT relname FROM pg_class ORDER BY 1",
            "SELECT nspname FROM pg_catalog.pg_namespace ORDER BY 1",
            "SELECT attname FROM pg_attribute WHERE attrelid = 'club.member'::regclass AND attnum > 0 ORDER BY attnum",
            "SELECT table_schema, table_name FROM information_schema.tables ORDER BY 1, 2",
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'reading' ORDER BY ordinal_position",
            "SELECT schema_name FROM information_schema.schemata ORDER BY 1",
            "SELECT obj_description('club.member'::regclass, 'pg_class')",
            "SELECT to_regclass('club.hidden'), has_table_privilege('club.member', 'SELECT'), has_table_privilege('club.member', 'INSERT')",
            "SELECT current_database(), current_schema(), version() LIKE 'PostgreSQL 15%'",
            "SELECT mod(-7, 3), mod(count(*), 4) FROM club.member",
        ]:
            answers[sql] = rows(connection.execute(sql))
        connection.execute("SET search_path TO club")
        answers["path"] = connection.execute("SELECT count(*) FROM member").fetchone()[0]
    return answers


def counted(line):
    """Reads under a grant that may be used twice."""
    answers = []
    with psycopg_line(line, autocommit=True) as connection:
        connection.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'club.hidden'::regclass").fetchall()
        for sql in ["SELECT 1 / 0 FROM club.hidden", *["SELECT code FROM club.hidden"] * 3]:
            try:
                answers.append(connection.execute(sql).fetchone()[0])
            except Exception as error:
                answers.append(error.sqlstate)
    return answers


def repeated(line):
    """Asks one statement for one member after the other; before the last one it waits until the file `go` is there."""
    answers = []
    sql = "SELECT number, name, age FROM club.member WHERE number = %s AND age < %s"
    with psycopg_line(line, autocommit=True) as connection:
        for number in ["1", "1", "2", "4", "9", None, "1"]:
            answers.append(rows(connection.execute(sql, [number, 200], prepare=True)))
        open("asked", "w").close()
        while not os.path.exists("go"):
            time.sleep(0.02)
        answers.append(rows(connection.execute(sql, ["1", 200], prepare=True)))
    return answers


def repeated_under_grant(line):
    """Looks up by key under a grant that may be used twice."""
    answers = []
    with psycopg_line(line, autocommit=True) as connection:
        for _ in range(4):
            try:
                answers.append(rows(connection.execute("SELECT code FROM club.hidden WHERE code = %s", ["x"], prepare=True)))
            except Exception as error:
                answers.append(error.sqlstate)
    return answers


def encrypted(line):
    import psycopg

    answers = {}
    for mode in ["verify-ca", "verify-full", "disable"]:
        with psycopg_line(line, sslmode=mode, sslrootcert="certificate.pem") as connection:
            answers[mode] = [connection.pgconn.ssl_in_use, connection.execute("SELECT 1").fetchone()[0]]
    try:
        psycopg_line(line, sslmode="verify-ca", sslrootcert="other.pem").close()
        answers["other"] = None
    except psycopg.OperationalError as error:
        answers["other"] = "certificate verify failed" in str(error)
    return answers


def beyond(line):
    """Connects to an address by which other machines reach this one; none where it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: this only asks which address it would be sent from.
            probe.connect(("198.51.100.1", 9))
        except OSError:
            return None
        there = {**line, "host": probe.getsockname()[0]}
    answers = {}
    for name, to, mode in [("require", there, "require"), ("prefer", there, "prefer"), ("here", {**line, "host": "127.0.0.1"}, "disable")]:
        with psycopg_line(to, sslmode=mode) as connection:
            answers[name] = [connection.pgconn.ssl_in_use, connection.execute("SELECT 1").fetchone()[0]]
    with socket.create_connection((there["host"], int(there["port"])), timeout=20) as plain:
        startup = struct.pack("!i", 3 << 16) + b"user\0" + there["user"].encode() + b"\0\0"
        plain.sendall(struct.pack("!i", len(startup) + 4) + startup)
        said = b""
        while part := plain.recv(4096):
            said += part
    fields = {field[:1].decode(): field[1:].decode() for field in said[5:].split(b"\0") if field}
    answers["plain"] = [said[:1].decode(), *(fields[name] for name in "VCMH")]
    return answers


def crowd(line):
    """Opens as many connections as there may be, and one more."""
    import psycopg

    held = [psycopg_line(line) for _ in range(2)]
    try:
        psycopg_line(line).close()
        return None
    except psycopg.OperationalError as error:
        return str(error).split("FATAL:")[-1].strip().splitlines()[0]
    finally:
        for connection in held:
            connection.close()


# asyncpg


def asyncpg_walk(line):
    import asyncpg

    async def walk():
        answers = {}
        connection = await asyncpg.connect(database="yandu", timeout=10, **address(line))
        try:
            found = await connection.fetch("SELECT * FROM club.reading ORDER BY number")
            answers["rows"] = [[told(value) for value in row.values()] for row in found]
            found = await connection.fetch(
                "SELECT number FROM club.reading WHERE number = $1 AND place = $2 AND amount = $3 AND day = $4 "
                "AND seen_at = $5 AND open = $6 AND share = $7 LIMIT $8",
                1,
                "盐城市亭湖区",
                decimal.Decimal("1234.50"),
                datetime.date(2024, 2, 29),
                datetime.datetime(2026, 1, 1, 8),
                True,
                0.5,
                3,
            )
            answers["found"] = [row["number"] for row in found]
            prepared = await connection.prepare("SELECT $1::int8 + 1 AS next, $2::text AS word, $3::int8[] AS list")
            row = await prepared.fetchrow(41, None, [1, None])
            answers["prepared"] = [row["next"], row["word"], row["list"]]
            async with connection.transaction():
                numbers = []
                async for row in connection.cursor("SELECT value FROM generate_series(1, 250) AS t(value)", prefetch=100):
                    numbers.append(row["value"])
                answers["cursor"] = [len(numbers), numbers[-1]]
            try:
                await connection.fetch("SELECT * FROM club.hidden")
            except asyncpg.PostgresError as error:
                answers["hidden"] = error.sqlstate
            try:
                await asyncio.wait_for(connection.fetch("SELECT count(*) FROM generate_series(1, 100000000000)"), 0.5)
            except asyncio.TimeoutError:
                answers["late"] = await connection.fetchval("SELECT 1")
            await connection.reset()
        finally:
            await connection.close(timeout=5)
        return answers

    return asyncio.run(walk())


# SQLAlchemy


def sqlalchemy_walk(line):
    import sqlalchemy

    url = sqlalchemy.URL.create(
        "postgresql+psycopg", line["user"], line["password"], line["host"], int(line["port"]), "yandu"
    )
    engine = sqlalchemy.create_engine(url)
    inspector = sqlalchemy.inspect(engine)
    answers = {
        "schemas": inspector.get_schema_names(),
        "tables": sorted(inspector.get_table_names(schema="club")),
        "views": inspector.get_view_names(schema="club"),
        "columns": [[column["name"], str(column["type"])] for column in inspector.get_columns("reading", schema="club")],
        "comment": inspector.get_table_comment("member", schema="club")["text"],
        "has": [inspector.has_table("member", schema="club"), inspector.has_table("hidden", schema="club")],
    }
    table = sqlalchemy.Table("reading", sqlalchemy.MetaData(), schema="club", autoload_with=engine)
    with engine.connect() as connection:
        found = connection.execute(
            sqlalchemy.select(table.c.number, table.c.place).where(table.c.amount > decimal.Decimal("0")).limit(10)
        )
        answers["rows"] = [list(row) for row in found]
        answers["count"] = connection.execute(sqlalchemy.select(sqlalchemy.func.count()).select_from(table)).scalar()
    engine.dispose()
    return answers


# dbt


def dbt_walk(line):
    os.makedirs("dbt/models", exist_ok=True)
    with open("dbt/dbt_project.yml", "w") as file:
        file.write("name: town\nversion: '1.0'\nprofile: town\nmodel-paths: [models]\nflags: {send_anonymous_usage_stats: false}\n")
    with open("dbt/profiles.yml", "w") as file:
        target = {"type": "postgres", "dbname": "yandu", "schema": "club", "threads": 1, **address(line)}
        file.write(json.dumps({"town": {"target": "city", "outputs": {"city": target}}}))
    with open("dbt/models/sources.yml", "w") as file:
        file.write(
            "version: 2\nsources:\n  - name: club\n    schema: club\n    tables:\n      - name: reading\n"
            "        columns:\n          - name: number\n            data_tests: [not_null, unique]\n"
            "          - name: place\n            data_tests: [not_null]\n"
        )
    answers = {}
    for name, arguments in {
        "debug": ["debug"],
        "test": ["test"],
        "show": ["show", "--inline", "select number, place from {{ source('club', 'reading') }} order by number"],
    }.items():
        command = [os.path.join(os.path.dirname(sys.executable), "dbt"), *arguments, "--profiles-dir", "."]
        environment = dict(os.environ, DBT_SEND_ANONYMOUS_USAGE_STATS="false")
        done = subprocess.run(command, cwd="dbt", capture_output=True, text=True, env=environment)
        answers[name] = [done.returncode, done.stdout + done.stderr]
    return answers


# ODBC


def odbc_walk(line):
    import pyodbc

    driver = next((name for name in pyodbc.drivers() if "PostgreSQL Unicode" in name), None)
    if driver is None:
        return None
    text = (
        f"DRIVER={{{driver}}};SERVER={line['host']};PORT={line['port']};DATABASE=yandu;UID={line['user']};PWD={line['password']}"
    )
    answers = {}
    with pyodbc.connect(text, timeout=10) as connection:
        cursor = connection.cursor()
        answers["tables"] = sorted(row.table_name for row in cursor.tables(schema="club"))
        answers["columns"] = [[row.column_name, row.type_name] for row in cursor.columns(table="member", schema="club")]
        cursor.execute("SELECT number, place, amount, day FROM club.reading WHERE number = ?", 1)
        answers["rows"] = rows(cursor)
        try:
            cursor.execute("SELECT * FROM club.hidden")
        except pyodbc.Error as error:
            answers["hidden"] = error.args[0]
    return answers


if __name__ == "__main__":
    json.dump(globals()[sys.argv[1]](json.load(sys.stdin)), sys.stdout, ensure_ascii=False)
