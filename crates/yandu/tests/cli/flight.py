"""Clients of Arrow Flight SQL that nobody here wrote. Each function takes a line, as JSON on stdin, and answers JSON."""

import datetime
import decimal
import json
import sys
import threading
import warnings
from urllib.request import Request, urlopen

import adbc_driver_flightsql.dbapi as flightsql
import adbc_driver_manager
import pyarrow
import pyarrow.compute
import pyarrow.flight
import pyarrow.ipc
from adbc_driver_flightsql import DatabaseOptions

LONG = "SELECT count(*) FROM generate_series(1, 100000000000)"
WIDE = "SELECT value AS x, value % 7 AS y FROM generate_series(1, {}) AS t(value)"
ENDLESS = WIDE.format(100_000_000_000)
SQL = b"type.googleapis.com/arrow.flight.protocol.sql."


def connect(line, **options):
    """A connection of ADBC, with the name and the secret of the token unless something else is said."""
    given = {"username": line["user"], "password": line["password"], **options}
    return flightsql.connect(line["uri"], db_kwargs={name: value for name, value in given.items() if value is not None}, autocommit=True)


def fault(run):
    """How something fails: the kind of the error, and its message."""
    try:
        run()
    except adbc_driver_manager.Error as error:
        return [error.status_code.name, str(error)]
    except pyarrow.flight.FlightError as error:
        return [type(error).__name__, str(error)]
    except (pyarrow.ArrowException, KeyError, NotImplementedError, ValueError) as error:
        return [type(error).__name__, str(error)]
    return None


def told(value):
    return value if isinstance(value, (int, float, bool, str, type(None), list)) else str(value)


def rows(cursor):
    return [[told(value) for value in row] for row in cursor.fetchall()]


def asked(line, sql, **options):
    with connect(line, **options) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return rows(cursor)


# Messages of the protocol, for what no client sends by itself.


def number(value):
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def message(place, body):
    return number(place << 3 | 2) + number(len(body)) + body


def packed(name, body):
    return message(1, SQL + name) + message(2, body)


def statement(sql):
    return pyarrow.flight.FlightDescriptor.for_command(packed(b"CommandStatementQuery", message(1, sql.encode())))


class Raw:
    """A client of Flight that knows nothing of SQL."""

    def __init__(self, line, bearer=None):
        self.client = pyarrow.flight.FlightClient(line["uri"])
        bearer = bearer or f"Bearer {line['password']}".encode()
        self.options = pyarrow.flight.FlightCallOptions(headers=[(b"authorization", bearer)])

    def info(self, descriptor):
        return self.client.get_flight_info(descriptor, self.options)

    def get(self, ticket):
        return self.client.do_get(ticket, self.options)

    def act(self, name, body=b""):
        return [bytes(result.body) for result in self.client.do_action(pyarrow.flight.Action(name, body), self.options)]


def http(line, method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{line['url']}/api/v1{path}", data=data, headers={"content-type": "application/json"}, method=method)
    with urlopen(request) as answer:
        text = answer.read()
    return json.loads(text) if text else None


# What is asked for


def values(line):
    answers = {}
    with connect(line) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM club.reading ORDER BY number")
        table = cursor.fetch_arrow_table()
        answers["rows"] = [[told(value) for value in row.values()] for row in table.to_pylist()]
        answers["types"] = [str(field.type) for field in table.schema]
        cursor.execute("SELECT ARRAY[1, 2, NULL] AS a, ARRAY['x', '城'] AS b")
        answers["lists"] = list(cursor.fetchone())
        answers["schema"] = [str(field.type) for field in cursor.adbc_execute_schema("SELECT number, place FROM club.reading")]
        cursor.execute("SELECT number FROM club.reading WHERE number < 0")
        answers["none"] = rows(cursor)
        cursor.execute("EXPLAIN SELECT name FROM club.member")
        answers["explained"] = cursor.fetch_arrow_table().num_rows > 0
    bearer = {DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {line['password']}"}
    answers["bearer"] = asked(line, "SELECT count(*) FROM club.reading", username=None, password=None, **bearer)
    return answers


def parameters(line):
    """What comes back as something else than it went."""
    given = [
        7, -(2**62), 0.1, "盐城 'x' \"y\" \\ ; -- ?", True, datetime.date(1949, 10, 1), datetime.datetime(1999, 12, 31, 23, 59, 59, 500000),
        datetime.time(23, 59, 59, 1), decimal.Decimal("-12345678901234567890.123456789"), b"\x00\xff", None,
    ]
    wrong = []
    with connect(line) as connection, connection.cursor() as cursor:
        for value in given:
            for sql in ["SELECT ? AS back", "SELECT $1 AS back"]:
                failed = fault(lambda: cursor.execute(sql, (value,)))
                back = failed or cursor.fetchone()[0]
                if back != value:
                    wrong.append([sql, str(value), str(back)])

        def found(*parts):
            cursor.execute(*parts)
            return [row[0] for row in cursor.fetchall()]

        for expected, sql, values in [
            ([1], "SELECT number FROM club.reading WHERE place = ? AND amount > ? AND day = ? LIMIT ?", ("盐城市亭湖区", decimal.Decimal("1234.499"), datetime.date(2024, 2, 29), 5)),
            ([], "SELECT number FROM club.reading WHERE place = ?", ("x' OR 'a' = 'a",)),
            # A moment is read on the clocks of the city, as the times of its datasets are.
            ([1], "SELECT number FROM club.reading WHERE seen_at = ?", (datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc),)),
            ([2], "SELECT number FROM club.reading WHERE place = $2 AND number = $1", (2, "O'Hara, \"B\"")),
        ]:
            got = found(sql, values)
            if got != expected:
                wrong.append([sql, str(got)])
        for place in range(1, 4):
            got = found("SELECT place FROM club.reading WHERE number = ?", (place,))
            if len(got) != 1:
                wrong.append(["again", str(got)])
        for sql, values in [("SELECT ?", ()), ("SELECT ?, $1", (1,)), ("SELECT ?", ([1, 2],))]:
            if fault(lambda: found(sql, values)) is None:
                wrong.append(["taken", sql, str(values)])
        batch = pyarrow.RecordBatch.from_pydict({"a": [1, 2]})
        several = fault(lambda: cursor.executemany("SELECT ?", batch))
        if several is None:
            wrong.append(["several rows of values are taken"])
    return wrong


def metadata(line):
    answers = {}
    with connect(line) as connection:
        whole = connection.adbc_get_objects(depth="all").read_all().to_pylist()
        answers["objects"] = [
            [catalogue["catalog_name"], schema["db_schema_name"], table["table_name"], table["table_type"], [column["column_name"] for column in table["table_columns"]]]
            for catalogue in whole for schema in catalogue["catalog_db_schemas"] for table in schema["db_schema_tables"]
        ]
        few = connection.adbc_get_objects(depth="tables", db_schema_filter="cl%", table_name_filter="read_ng").read_all().to_pylist()
        answers["few"] = [table["table_name"] for schema in few[0]["catalog_db_schemas"] for table in schema["db_schema_tables"]]
        answers["kinds"] = connection.adbc_get_table_types()
        info = connection.adbc_get_info()
        answers["vendor"] = info["vendor_name"]
        schema = connection.adbc_get_table_schema("member", db_schema_filter="club")
        answers["member"] = [[field.name, str(field.type)] for field in schema]
        answers["hidden"] = fault(lambda: connection.adbc_get_table_schema("hidden", db_schema_filter="club"))
        answers["nowhere"] = fault(lambda: connection.adbc_get_table_schema("nowhere", db_schema_filter="club"))
    raw = Raw(line)

    def listed(name, body=b""):
        info = raw.info(pyarrow.flight.FlightDescriptor.for_command(packed(name, body)))
        table = raw.get(info.endpoints[0].ticket).read_all()
        assert table.schema == info.schema, (table.schema, info.schema)
        return table

    tables = listed(b"CommandGetTables", bytes([5 << 3, 1]))
    answers["titles"] = {}
    for name, schema in zip(tables["table_name"].to_pylist(), tables["table_schema"].to_pylist()):
        fields = pyarrow.ipc.read_schema(pyarrow.py_buffer(schema))
        answers["titles"][name] = [(field.metadata or {}).get(b"ARROW:FLIGHT:SQL:REMARKS", b"").decode() for field in fields]
    of = lambda table: message(2, b"club") + message(3, table)
    answers["keys"] = [[row["column_name"] for row in listed(b"CommandGetPrimaryKeys", of(table)).to_pylist()] for table in [b"reading", b"member", b"hidden", b"nowhere"]]
    answers["foreign"] = [listed(name, of(b"reading")).num_rows for name in [b"CommandGetImportedKeys", b"CommandGetExportedKeys"]]
    answers["types"] = listed(b"CommandGetXdbcTypeInfo")["type_name"].to_pylist()
    answers["info"] = listed(b"CommandGetSqlInfo").num_rows > 10
    answers["actions"] = sorted(action.type for action in raw.client.list_actions(raw.options))
    return answers


def stream(line):
    """Three million rows, one batch after the other; then the first one alone of many more."""
    answers = {"rows": 0, "sum": 0, "batches": 0}
    with connect(line) as connection, connection.cursor() as cursor:
        cursor.execute(WIDE.format(3_000_000))
        for batch in cursor.fetch_record_batch():
            answers["rows"] += batch.num_rows
            answers["sum"] += pyarrow.compute.sum(batch.column(0)).as_py()
            answers["batches"] += 1
        cursor.execute(ENDLESS)
        answers["first"] = cursor.fetch_record_batch().read_next_batch().num_rows > 0
    answers["after"] = asked(line, "SELECT 1")
    return answers


def masked(line):
    return asked(line, "SELECT number, name, age FROM club.member ORDER BY number")


# How it ends


def cancel(line):
    answers = {}
    over = threading.Event()
    with connect(line) as connection, connection.cursor() as cursor:

        def again():
            # A question that is not under way yet goes on.
            while not over.wait(0.7):
                cursor.adbc_cancel()

        cancelling = threading.Thread(target=again)
        cancelling.start()
        answers["client"] = fault(lambda: (cursor.execute(LONG), cursor.fetchone()))[0]
        over.set()
        cancelling.join()
        answers["after"] = asked(line, "SELECT 1")
    # By the action, from another connection.
    raw, other = Raw(line), Raw(line)
    for name, body in [("CancelFlightInfo", lambda info: message(1, info)), ("CancelQuery", lambda info: packed(b"ActionCancelQueryRequest", message(1, info)))]:
        info = raw.info(statement(ENDLESS))
        reader = raw.get(info.endpoints[0].ticket)
        reader.read_chunk()
        answers[name] = other.act(name, body(info.serialize()))[0].hex()

        def rest():
            while True:
                reader.read_chunk()

        answers[name + " rest"] = fault(rest)
        answers[name + " ticket"] = fault(lambda: raw.get(info.endpoints[0].ticket).read_all())
        answers[name + " again"] = fault(lambda: other.act(name, body(info.serialize())))
    info = raw.info(statement("SELECT 1"))
    answers["foreign"] = fault(lambda: Raw({**line, "password": line["other"]}).act("CancelFlightInfo", message(1, info.serialize())))
    answers["mine"] = raw.get(info.endpoints[0].ticket).read_all().num_rows
    return answers


def revoked(line):
    """Reads many rows, is revoked meanwhile by whoever waits for the file `asking`, and asks again."""
    answers = {}
    raw = Raw(line)
    info = raw.info(statement(ENDLESS))
    with connect(line) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchall()
        reader = raw.get(raw.info(statement(ENDLESS)).endpoints[0].ticket)
        reader.read_chunk()
        open("asking", "w").close()

        def rest():
            while True:
                reader.read_chunk()

        answers["running"] = fault(rest)
        answers["next"] = fault(lambda: cursor.execute("SELECT 1"))
        answers["ticket"] = fault(lambda: raw.get(info.endpoints[0].ticket).read_all())
    answers["login"] = fault(lambda: asked(line, "SELECT 1"))
    return answers


def granted(line):
    """Reads many rows in their order under a grant, which is revoked when the first of them are there."""
    many = 5_000_000
    grant = {"to": {"kind": "service", "id": "bridge"}, "dataset": "club.hidden", "up_to": "general-4", "purpose": "试验", "until": line["until"], "ways": ["interface"]}
    made = http(line, "POST", "/grants", grant)
    raw = Raw(line)
    info = raw.info(statement(f"SELECT code, value FROM club.hidden CROSS JOIN generate_series(1, {many}) AS n(value) ORDER BY value DESC"))
    reader = raw.get(info.endpoints[0].ticket)
    counts = [reader.read_chunk().data.num_rows]
    http(line, "POST", f"/grants/{made['id']}/revocation", {"why": "试验"})
    ended = fault(lambda: counts.extend(chunk.data.num_rows for chunk in reader))
    return {"ended": ended, "is_whole": sum(counts) >= many}


def logins(line):
    """How others are turned away."""
    answers = []
    for change in [
        {"password": "yt_wrong"},
        {"username": "nobody_abc234"},
        {"username": "bridge"},
        {"username": "local-administrator"},
        {"username": None, "password": None},
        {"username": None, "password": None, DatabaseOptions.AUTHORIZATION_HEADER.value: "Bearer yt_wrong"},
        {"username": None, "password": None, DatabaseOptions.AUTHORIZATION_HEADER.value: "Bearer yf_wrong"},
        {"username": None, "password": None, DatabaseOptions.AUTHORIZATION_HEADER.value: "Negotiate x"},
    ]:
        answers.append(fault(lambda: asked(line, "SELECT 1", **change)))
    return answers


def session(line):
    """A session is given for a name and a secret, and ends when it is closed."""
    client = pyarrow.flight.FlightClient(line["uri"])
    _, bearer = client.authenticate_basic_token(line["user"], line["password"])
    raw = Raw(line, bearer)
    answers = {"form": bearer.decode()[:10], "secret": line["password"] in bearer.decode()}
    ask = lambda: raw.get(raw.info(statement("SELECT 1")).endpoints[0].ticket).read_all().num_rows
    answers["rows"] = ask()
    answers["closed"] = raw.act("CloseSession")[0].hex()
    answers["after"] = fault(ask)
    return answers


def read_once(line):
    return fault(lambda: asked(line, "SELECT 1")) or masked(line)


def faults(line):
    answers = {}
    with connect(line) as connection, connection.cursor() as cursor:
        for sql in [
            "SELEKT 1",
            "SELECT * FROM club.nowhere",
            "SELECT * FROM club.hidden",
            "SELECT nothing FROM club.member",
            "SELECT frobnicate(1)",
            "SELECT 1 / 0",
            "SELECT 9223372036854775807 + 1",
            "INSERT INTO club.member SELECT * FROM club.member",
            "CREATE TABLE x (y int)",
            "SELECT 1; SELECT 2",
            "EXPLAIN ANALYZE SELECT 1",
            "SELECT * FROM information_schema.df_settings",
        ]:
            answers[sql] = fault(lambda: (cursor.execute(sql), cursor.fetchall()))
    return answers


def refused(line):
    """What would change something."""
    answers = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with connect(line) as connection:
            with connection.cursor() as cursor:
                cursor.adbc_statement.set_sql_query("DELETE FROM club.member")
                answers["update"] = fault(cursor.adbc_statement.execute_update)
            with connection.cursor() as cursor:
                table = pyarrow.table({"number": ["9"], "name": ["x"], "age": [1]})
                answers["ingest"] = fault(lambda: cursor.adbc_ingest("member", table, mode="append", db_schema_name="club"))
            with connection.cursor() as cursor:
                cursor.adbc_statement.set_substrait_plan(b"plan")
                answers["substrait"] = fault(cursor.adbc_statement.execute_query)
            answers["transaction"] = fault(lambda: connection._conn.set_autocommit(False))
    raw = Raw(line)
    for name, message_of in [("BeginTransaction", b"ActionBeginTransactionRequest"), ("BeginSavepoint", b"ActionBeginSavepointRequest"), ("CreatePreparedSubstraitPlan", b"ActionCreatePreparedSubstraitPlanRequest"), ("Drop", b"Drop")]:
        answers[name] = fault(lambda: raw.act(name, packed(message_of, b"")))
    descriptor = pyarrow.flight.FlightDescriptor.for_command(packed(b"CommandStatementUpdate", message(1, b"DELETE FROM club.member")))

    def put(descriptor):
        writer, reader = raw.client.do_put(descriptor, pyarrow.schema([]), raw.options)
        writer.done_writing()
        reader.read()
        writer.close()

    answers["put"] = fault(lambda: put(descriptor))
    answers["exchange"] = fault(lambda: raw.client.do_exchange(descriptor, raw.options)[1].read_chunk())
    answers["list"] = fault(lambda: list(raw.client.list_flights(options=raw.options)))
    return answers


def tickets(line):
    """Tickets that somebody made up, that were given to somebody else, and whose reader has lost what it saw."""
    answers = {}
    raw, other = Raw(line), Raw({**line, "password": line["other"]})
    ticket = lambda handle: pyarrow.flight.Ticket(packed(b"TicketStatementQuery", message(1, handle)))
    read = lambda who, one: fault(lambda: who.get(one).read_all())
    info = raw.info(statement("SELECT number, name FROM club.member"))
    given = info.endpoints[0].ticket
    answers["opaque"] = b"SELECT" not in given.ticket and b"member" not in given.ticket
    answers["foreign"] = read(other, given)
    answers["forged"] = read(raw, ticket(bytes(16)))
    answers["short"] = read(raw, ticket(b"x"))
    answers["nothing"] = read(raw, pyarrow.flight.Ticket(b"\xff\xff\xff"))
    answers["unknown"] = read(raw, pyarrow.flight.Ticket(message(1, b"type.googleapis.com/x.Y") + message(2, b"")))
    answers["mine"] = raw.get(given).read_all().num_rows
    # A grant is given, a ticket is taken, and the grant is taken back.
    grant = {"to": {"kind": "service", "id": "bridge"}, "dataset": "club.hidden", "up_to": "general-4", "purpose": "试验", "until": line["until"], "ways": ["interface"]}
    made = http(line, "POST", "/grants", grant)
    info = raw.info(statement("SELECT * FROM club.hidden"))
    answers["granted"] = raw.get(info.endpoints[0].ticket).read_all().num_rows
    info = raw.info(statement("SELECT * FROM club.hidden"))
    http(line, "POST", f"/grants/{made['id']}/revocation", {"why": "试验"})
    answers["revoked"] = read(raw, info.endpoints[0].ticket)
    answers["asked"] = fault(lambda: raw.info(statement("SELECT * FROM club.hidden")))
    return answers


def counted(line):
    """Reads under a grant that may be used twice."""
    answers = []
    with connect(line) as connection, connection.cursor() as cursor:
        for sql in ["SELECT 1 / 0 FROM club.hidden", "SELECT code FROM club.hidden", "SELECT code FROM club.hidden", "SELECT code FROM club.hidden"]:
            got = []
            # Where it fails while it is read, the client is told by the first row.
            failed = fault(lambda: (cursor.execute(sql), got.append(cursor.fetchone()[0])))
            answers.append(failed[0] if failed else got[0])
            fault(lambda: cursor.adbc_execute_schema("SELECT code FROM club.hidden"))
    return answers


# What there may be of it


def bounded(line):
    """A thousand prepared statements, a thousand tickets, and messages that are too large or none."""
    answers = {"prepared": 0}
    with connect(line) as connection:
        held = []
        for _ in range(1000):
            one = adbc_driver_manager.AdbcStatement(connection._conn)
            one.set_sql_query("SELECT 1")
            failed = fault(one.prepare)
            if failed:
                answers["full"] = failed
                one.close()
                break
            held.append(one)
        answers["prepared"] = len(held)
        for one in held:
            one.close()
        answers["after"] = asked(line, "SELECT 1")
        with connection.cursor() as cursor:
            answers["long"] = fault(lambda: cursor.execute("SELECT '" + "x" * (2 << 20) + "'"))
            answers["huge"] = fault(lambda: cursor.execute("SELECT '" + "x" * (5 << 20) + "'"))
            answers["value"] = fault(lambda: cursor.execute("SELECT ?", ("x" * (5 << 20),)))
    raw = Raw(line)
    infos = [raw.info(statement("SELECT 1")) for _ in range(1000)]
    read = lambda info: fault(lambda: raw.get(info.endpoints[0].ticket).read_all())
    answers["oldest"], answers["newest"] = read(infos[0]), read(infos[-1])
    descriptor = pyarrow.flight.FlightDescriptor.for_command
    for name, command in [("nonsense", b"\xff\xff\xff"), ("empty", b""), ("unknown", packed(b"CommandGetNothing", b"")), ("torn", packed(b"CommandStatementQuery", b"\x0a\xff"))]:
        answers[name] = fault(lambda: raw.info(descriptor(command)))
    answers["path"] = fault(lambda: raw.info(pyarrow.flight.FlightDescriptor.for_path("club", "member")))
    for name in ["CreatePreparedStatement", "ClosePreparedStatement", "CancelQuery", "CancelFlightInfo"]:
        answers[f"torn {name}"] = fault(lambda: raw.act(name, b"\xff\xff"))
    words = b"".join(number(1 << 3) + number(3) for _ in range(2000))
    answers["words"] = fault(lambda: raw.get(pyarrow.flight.Ticket(packed(b"CommandGetSqlInfo", words))).read_all())
    answers["end"] = asked(line, "SELECT 1")
    return answers


def crowd(line):
    """Opens as many connections as there may be, and one more."""
    held = [connect(line) for _ in range(2)]
    for one in held:
        one.adbc_get_table_types()
    answer = fault(lambda: asked(line, "SELECT 1"))
    for one in held:
        one.close()
    return answer


def encrypted(line):
    roots = lambda name: {DatabaseOptions.TLS_ROOT_CERTS.value: open(name).read()}
    plain = {**line, "uri": line["uri"].replace("grpc+tls", "grpc")}
    return {
        "trusted": asked(line, "SELECT 1", **roots("certificate.pem")),
        "other": fault(lambda: asked(line, "SELECT 1", **roots("other.pem"))) is not None,
        "plain": fault(lambda: asked(plain, "SELECT 1")) is not None,
    }


if __name__ == "__main__":
    json.dump(globals()[sys.argv[1]](json.load(sys.stdin)), sys.stdout, ensure_ascii=False)
