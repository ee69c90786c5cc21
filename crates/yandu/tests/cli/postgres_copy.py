"""Copies out of the PostgreSQL protocol. Each function takes a line, as JSON on stdin, and answers JSON."""

import asyncio
import io
import json
import sys
import threading

from postgres import address, psql, psycopg_line, told

MEMBERS = "SELECT number, name FROM club.member ORDER BY number"
TYPES = ["int8", "text", "numeric", "float8", "bool", "date", "time", "timestamp"]
ENDLESS = "COPY (SELECT value FROM generate_series(1, 100000000000) AS t(value)) TO STDOUT"


def ordered(text, heads=0):
    """The lines in their order: a dataset has none."""
    lines = text.splitlines(keepends=True)
    return "".join(lines[:heads] + sorted(lines[heads:]))


def psql_copies(line):
    answers = {
        "text": psql(line, r"\copy (SELECT number, name, age FROM club.member ORDER BY number) to stdout"),
        "csv": psql(line, r"\copy (SELECT number, name AS who FROM club.member ORDER BY number) to stdout csv header force quote number"),
        "dataset": psql(line, "COPY club.reading (number, place) TO STDOUT (DELIMITER '|', NULL '-', HEADER)"),
        "file": psql(line, r"\copy club.reading (number, place) to 'readings.csv' with (format csv)"),
        "several": psql(line, "SELECT 1; COPY (SELECT name FROM club.member WHERE number = '1') TO STDOUT; SELECT 2"),
        "in": psql(line, "COPY club.member FROM STDIN"),
        "server": psql(line, "COPY club.member TO '/tmp/member.csv'"),
        "hidden": psql(line, "COPY club.hidden TO STDOUT"),
        "nowhere": psql(line, "COPY club.nowhere TO STDOUT"),
    }
    code, rows, fault = answers["dataset"]
    answers["dataset"] = [code, ordered(rows, 1), fault]
    with open("readings.csv", encoding="utf-8", newline="") as file:
        answers["saved"] = ordered(file.read())
    return answers


def psycopg_copies(line):
    import pandas

    answers = {}
    with psycopg_line(line, autocommit=True) as connection, connection.cursor() as cursor:

        def failed(statement, meanwhile=None):
            """The state with which a copy ends."""
            try:
                with cursor.copy(statement) as copy:
                    for place, _ in enumerate(copy):
                        if place == 0 and meanwhile:
                            threading.Timer(0.3, meanwhile).start()
            except Exception as error:
                return error

        with cursor.copy("COPY (SELECT number, place FROM club.reading ORDER BY number) TO STDOUT") as copy:
            answers["text"] = [list(row) for row in copy.rows()]
        with cursor.copy("COPY (SELECT * FROM club.reading ORDER BY number) TO STDOUT (FORMAT binary)") as copy:
            copy.set_types(TYPES)
            answers["binary"] = [[told(value) for value in row] for row in copy.rows()]
        answers["empty"] = []
        for form in ["text", "binary"]:
            with cursor.copy(f"COPY (SELECT number FROM club.reading WHERE number < 0) TO STDOUT (FORMAT {form})") as copy:
                copy.set_types(["int8"])
                answers["empty"].append(list(copy.rows()))
        count = total = 0
        with cursor.copy("COPY (SELECT value FROM generate_series(1, 300000) AS t(value)) TO STDOUT") as copy:
            for row in copy.rows():
                count, total = count + 1, total + int(row[0])
        answers["many"] = [count, total, cursor.rowcount]
        with cursor.copy(f"COPY ({MEMBERS}) TO STDOUT WITH CSV HEADER") as copy:
            frame = pandas.read_csv(io.BytesIO(b"".join(copy)))
        answers["pandas"] = [list(frame.columns), frame["number"].tolist(), frame["name"].tolist()]
        answers["cancelled"] = failed(ENDLESS, connection.cancel).sqlstate
        connection.execute("SET statement_timeout = '500ms'")
        answers["late"] = failed(ENDLESS).sqlstate
        connection.execute("RESET statement_timeout")
        # What fails once rows have left fails the copy.
        failing = "COPY (SELECT 1 / (200000 - value) FROM generate_series(1, 300000) AS t(value)) TO STDOUT"
        answers["failed"] = failed(failing).sqlstate
        answers["in"] = failed("COPY club.member FROM STDIN").sqlstate
        answers["position"] = failed("COPY (SELECT nothing FROM club.member) TO STDOUT").diag.statement_position
        answers["after"] = connection.execute("SELECT 1").fetchone()[0]
    return answers


def asyncpg_copies(line):
    import asyncpg

    async def walk():
        connection = await asyncpg.connect(database="yandu", timeout=10, **address(line))
        query, table = io.BytesIO(), io.BytesIO()
        answers = {"status": []}
        try:
            answers["status"].append(await connection.copy_from_query(MEMBERS, output=query, header=True))
            copied = connection.copy_from_table(
                "reading", schema_name="club", columns=["number", "place"], output=table, format="csv", header=True, force_quote=True
            )
            answers["status"].append(await copied)
            try:
                await connection.copy_from_table("hidden", schema_name="club", output=io.BytesIO())
            except asyncpg.PostgresError as error:
                answers["hidden"] = error.sqlstate
        finally:
            await connection.close(timeout=5)
        answers["query"], answers["table"] = query.getvalue().decode(), ordered(table.getvalue().decode(), 1)
        return answers

    return asyncio.run(walk())


if __name__ == "__main__":
    json.dump(globals()[sys.argv[1]](json.load(sys.stdin)), sys.stdout, ensure_ascii=False)
