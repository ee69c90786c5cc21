"""Statements with names in the PostgreSQL protocol. Each function takes a line, as JSON on stdin, and answers JSON."""

import json
import sys

from postgres import psql, psycopg_line, rows


def state(connection, sql):
    try:
        connection.execute(sql)
    except Exception as error:
        return error


def named(line):
    answers = {"states": {}}
    with psycopg_line(line, autocommit=True) as connection:
        # Never prepared by the driver by itself.
        connection.prepare_threshold = None
        run = connection.execute
        run("PREPARE aged (int8) AS SELECT name FROM club.member WHERE age < $1 ORDER BY number")
        answers["executed"] = rows(run("EXECUTE aged(35)"))
        answers["computed"] = rows(run("EXECUTE aged(20 + 20)"))
        answers["nothing"] = rows(run("EXECUTE aged(NULL)"))
        run("PREPARE \"Where Is\" AS SELECT place FROM club.reading WHERE number = $1 AND day = $2")
        answers["typeless"] = rows(run("EXECUTE \"Where Is\" (1, '2024-02-29')"))
        connection.pgconn.prepare(b"mine", b"SELECT $1::int8 + 1, $2::text")
        answers["mine"] = rows(run("EXECUTE mine(41, 'it''s')"))
        result = connection.pgconn.exec_prepared(b"aged", [b"35"])
        answers["protocol"] = [result.get_value(row, 0).decode() for row in range(result.ntuples)]
        connection.pgconn.prepare(b"", b"EXECUTE aged(35)")
        described = connection.pgconn.describe_prepared(b"")
        answers["described"] = [described.fname(place).decode() for place in range(described.nfields)]
        run("DEALLOCATE PREPARE mine")
        for sql in [
            "EXECUTE mine(1, 'x')",
            "PREPARE aged AS SELECT 1",
            "EXECUTE aged",
            "EXECUTE aged('soon')",
            "EXECUTE aged(1 / 0)",
            "EXECUTE aged((SELECT max(age) FROM club.member))",
            "PREPARE x AS INSERT INTO club.member VALUES (1)",
            "PREPARE x AS SHOW timezone",
            "PREPARE x (frobnicate) AS SELECT 1",
            "PREPARE wrong AS SELECT nothing FROM club.member",
            "DEALLOCATE nobody",
        ]:
            error = state(connection, sql)
            answers["states"][sql] = error.sqlstate
            if "wrong" in sql:
                answers["position"] = error.diag.statement_position
        run("PREPARE one AS SELECT 1")
        run("DISCARD PLANS")
        answers["kept"] = rows(run("EXECUTE one"))
        run("DEALLOCATE ALL")
        answers["dropped"] = [state(connection, "EXECUTE one").sqlstate]
        run("PREPARE one AS SELECT 1")
        run("SET statement_timeout = '5s'")
        answers["reset"] = [run("SHOW statement_timeout").fetchone()[0]]
        run("DISCARD ALL")
        answers["reset"].append(run("SHOW statement_timeout").fetchone()[0])
        answers["dropped"].append(state(connection, "EXECUTE one").sqlstate)
    with psycopg_line(line) as connection:
        connection.execute("SELECT 1")
        answers["inside"] = state(connection, "DISCARD ALL").sqlstate
        connection.rollback()
    return answers


def repeated(line):
    """Executes one statement for one member after the other."""
    with psycopg_line(line, autocommit=True) as connection:
        connection.prepare_threshold = None
        connection.execute("PREPARE one AS SELECT number, name FROM club.member WHERE number = $1")
        return [rows(connection.execute(f"EXECUTE one('{number}')")) for number in ["1", "4", "2"]]


def psql_named(line):
    return psql(
        line,
        "PREPARE members (text, int) AS SELECT number, name FROM club.member WHERE name <> $1 AND age < $2 ORDER BY number",
        "EXECUTE members('x', 40)",
        "DEALLOCATE members",
        "DISCARD ALL",
    )


if __name__ == "__main__":
    json.dump(globals()[sys.argv[1]](json.load(sys.stdin)), sys.stdout, ensure_ascii=False)
