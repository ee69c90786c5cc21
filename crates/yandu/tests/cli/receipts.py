"""What programs are told of receipts. Each function takes a line, as JSON on stdin, and answers JSON."""

import hashlib
import json
import sys
import threading
from urllib.request import Request, urlopen

from postgres import psycopg_line


def hashed(data):
    return hashlib.sha256(data).hexdigest()


def wire(line):
    answers = {"short": []}
    with psycopg_line(line, autocommit=True) as connection, psycopg_line(line, autocommit=True) as other:

        def told(connection=connection):
            return connection.info.parameter_status("yandu.receipt")

        def look_up(number, connection=connection):
            connection.execute(f"SELECT name FROM club.member WHERE number = '{number}'").fetchall()
            return told(connection)

        answers["before"] = told()
        answers["short"] = [look_up("1"), look_up("4"), look_up("9", other)]
        connection.execute("SELECT 1").fetchall()
        answers["nothing"] = told()
        connection.execute("SELECT relname FROM pg_class").fetchall()
        answers["catalogue"] = told()
        connection.execute("SELECT number FROM club.reading WHERE number < %s", [10]).fetchall()
        answers["long"] = told()
        answers["shown"] = connection.execute("SHOW yandu.receipt").fetchone()[0]
        answers["back"] = look_up("1")
        with connection.transaction():
            connection.execute("DECLARE some CURSOR FOR SELECT place FROM club.reading")
            for _ in range(2):
                connection.execute("FETCH 1 FROM some").fetchall()
            answers["cursor"] = told()
            connection.execute("CLOSE some")
            connection.execute("DECLARE passed CURSOR FOR SELECT place FROM club.reading WHERE number < 10")
            answers["passed"] = [connection.execute("MOVE ALL FROM passed").statusmessage, told()]
            connection.execute("CLOSE passed")
            connection.execute("DECLARE more CURSOR FOR SELECT a.number FROM club.reading a CROSS JOIN club.reading b")
            connection.execute("FETCH 3 FROM more").fetchall()
            answers["stopped"] = told()
            connection.execute("CLOSE more")
        with connection.cursor() as cursor:
            with cursor.copy("COPY (SELECT number, name FROM club.member) TO STDOUT (FORMAT csv, HEADER)") as copy:
                data = b"".join(copy)
            answers["copy"] = {"receipt": told(), "sha256": hashed(data), "bytes": len(data)}
            endless = "COPY (SELECT a.number FROM club.reading a CROSS JOIN generate_series(1, 100000000000) b) TO STDOUT"
            try:
                with cursor.copy(endless) as copy:
                    for place, _ in enumerate(copy):
                        if place == 0:
                            threading.Timer(0.3, connection.cancel).start()
            except Exception as error:
                assert error.sqlstate == "57014", error
            answers["cancelled"] = told()
    return answers


def flight(line):
    import pyarrow.flight

    from flight import statement

    heard = []

    class Listening(pyarrow.flight.ClientMiddleware):
        def received_headers(self, headers):
            heard.extend(headers.get("yandu-receipt", []))

    class Listeners(pyarrow.flight.ClientMiddlewareFactory):
        def start_call(self, info):
            return Listening()

    client = pyarrow.flight.FlightClient(line["uri"], middleware=[Listeners()])
    shown = f"Bearer {line['password']}".encode()
    options = pyarrow.flight.FlightCallOptions(headers=[(b"authorization", shown)])

    def asked(sql):
        heard.clear()
        info = client.get_flight_info(statement(sql), options)
        client.do_get(info.endpoints[0].ticket, options).read_all()
        return heard[0] if heard else None

    return {
        "short": [asked("SELECT name FROM club.member WHERE number <> '9'"), asked("SELECT name FROM club.member WHERE number <> '1'")],
        "long": asked("SELECT number, place FROM club.reading"),
        "nothing": asked("SELECT value FROM generate_series(1, 5) AS t(value)"),
    }


def http(line):
    def asked(path, body=None, shown=True):
        headers = {"content-type": "application/json"}
        if shown:
            headers["authorization"] = f"Bearer {line['password']}"
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{line['url']}{path}", data=data, headers=headers)) as answer:
            data = answer.read()
            return [answer.headers.get("yandu-receipt"), hashed(data), len(data), data]

    def act(action, body):
        return asked(f"/api/3/action/{action}", body)[:3]

    def page(number, shown=True):
        sql = f"SELECT age FROM club.member WHERE number = '{number}'"
        return asked("/api/v1/query", {"sql": sql}, shown)[0]

    search = "SELECT name FROM club.member WHERE number = '{}'"
    batches = json.loads(asked("/api/v1/batches", shown=False)[3])["batches"]
    return {
        "search_sql": [act("datastore_search_sql", {"sql": search.format(number)})[0] for number in ["1", "4"]],
        "search": act("datastore_search", {"resource_id": "club.member.table", "limit": 1}),
        "long": act("datastore_search_sql", {"sql": "SELECT number, place FROM club.reading"}),
        "page": [page("1"), page("4")],
        "local": page("1", shown=False),
        "dump": asked("/datastore/dump/club.member.table?format=tsv")[:3],
        "raw": asked(f"/api/v1/batches/{batches[0]['id']}/raw", shown=False)[:3],
        "batch": batches[0]["id"],
    }


if __name__ == "__main__":
    json.dump(globals()[sys.argv[1]](json.load(sys.stdin)), sys.stdout, ensure_ascii=False)
