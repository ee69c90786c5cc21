"""Takes rows out of the city as files, and reads them with openpyxl, pyarrow and pandas. `exports.py URL LINK`; the link makes the
first administrator. Prints how many things were held against each other."""

import csv
import hashlib
import io
import json
import socket
import sys
import time
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlsplit

import openpyxl
import pandas
import pyarrow
import pyarrow.parquet

from rights import City

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PARQUET = "application/vnd.apache.parquet"
FORMS = {"csv": "text/csv", "xlsx": XLSX, "parquet": PARQUET}
SQL = "SELECT number, id_card, mobile, note, amount, price, opened, seen_at, is_open, people FROM club.account ORDER BY number"

url, link = sys.argv[1:]
city = City(url, link)
wang = city.somebody("wang", name="王芳&李", purpose="核对")
li = city.somebody("li")
nobody = city.somebody("nobody")
audit = city.somebody("audit", "audit-administrator")
city.grant("wang", "club.account", rows="area = '320902'")
city.grant("li", "club.account", rows="area = '320902'", ways=["page"])
checked = 0


def same(left, right, what=""):
    global checked
    checked += 1
    assert left == right, (what, left, right)


# What the same reader is shown as JSON is what stands in every file.
shown = wang.query(SQL).json()["rows"]
same([row[0] for row in shown], ["000001", "000002", "000003"], "rows of the other area are hidden")
same(shown[0][2], "138****0001", "a mobile number is masked")
SECRETS = [b"13800000001", b"13800000002", b"13800000009", b"hidden-note"]

files = {}
for form, accept in FORMS.items():
    answer = wang.query(SQL, accept)
    same(answer.status, 200, answer.body[:300])
    same(answer.headers["content-type"].split(";")[0], accept)
    number = answer.headers["yandu-receipt"]
    files[form] = answer.body
    receipt = wang.ok("GET", f"/exports/{number}")
    same(receipt["sha256"], hashlib.sha256(answer.body).hexdigest(), form)
    same((receipt["bytes"], receipt["rows"]), (len(answer.body), 3), form)
    same((receipt["state"], receipt["truncated"], receipt["form"]), ("complete", False, form))
    same((receipt["reader"], receipt["name"], receipt["purpose"]), ("wang", "王芳&李", "核对"))
    same(receipt["sql"], SQL)
    same(receipt["way"], "export")
    same([one["name"] for one in receipt["columns"]][:3], ["number", "id_card", "mobile"])
    [read] = receipt["read"]
    same((read["dataset"], read["version"], read["permits"]), ("club.account", 0, ["grants/G1"]))
    assert len(receipt["policy"]) >= 32 and len(read["rights"]) == 32, receipt
    # Neither another reader nor who runs the system finds it; who audits does.
    for other in (li, city.root):
        same(other.send("GET", f"/api/v1/exports/{number}").code, "no-receipt")
    same(audit.ok("GET", f"/exports/{number}"), receipt)
    for secret in SECRETS:
        assert secret not in answer.body, (form, secret)

# csv
lines = list(csv.reader(io.StringIO(files["csv"].decode())))
same(lines[0], ["number", "id_card", "mobile", "note", "amount", "price", "opened", "seen_at", "is_open", "people"])
same([line[:6] for line in lines[1:]], [["" if cell is None else cell for cell in row[:6]] for row in shown])
frame = pandas.read_csv(io.BytesIO(files["csv"]), dtype=str)
same(frame["id_card"].tolist(), [row[1] for row in shown])

# Parquet
parquet = pyarrow.parquet.ParquetFile(io.BytesIO(files["parquet"]))
table = parquet.read()
types = {field.name: str(field.type) for field in table.schema}
same((types["amount"], types["price"]), ("decimal128(30, 2)", "decimal128(12, 2)"))
same((types["opened"], types["seen_at"], types["is_open"]), ("date32[day]", "timestamp[us]", "bool"))
same(parquet.metadata.row_group(0).column(0).compression, "ZSTD")


def told(value):
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, (Decimal, date)) else value


same([[told(cell) for cell in row.values()] for row in table.to_pylist()], shown)
metadata = {key.decode(): value.decode() for key, value in parquet.metadata.metadata.items()}
same(table.schema.metadata[b"yandu.reader"], b"wang")
same((metadata["yandu.reader"], metadata["yandu.sql"], metadata["yandu.purpose"]), ("wang", SQL, "核对"))
same(json.loads(metadata["yandu.versions"]), {"club.account": 0})
same(metadata["yandu.policy"], receipt["policy"])
datetime.fromisoformat(metadata["yandu.read_at"])
frame = pandas.read_parquet(io.BytesIO(files["parquet"]))
same(frame["mobile"].tolist(), [row[2] for row in shown])
for group in range(parquet.num_row_groups):
    for column in range(parquet.metadata.num_columns):
        statistics = parquet.metadata.row_group(group).column(column).statistics
        bounds = f"{statistics.min} {statistics.max}" if statistics and statistics.has_min_max else ""
        assert not any(secret.decode() in bounds for secret in SECRETS), bounds

# xlsx
book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
same(book.sheetnames, ["数据", "说明"])
data, about = book.worksheets
cells = list(data.iter_rows())
same([cell.value for cell in cells[0]], lines[0])
rows = cells[1:]
same([[cell.value for cell in row][:4] for row in rows], [row[:4] for row in shown])
for row in rows:
    for place in (0, 1, 2, 3):
        assert row[place].value is None or row[place].data_type in ("s", "inlineStr"), row[place]
same([row[3].value for row in rows], ["=1+1", "+86 139", "-5 @home"])
same([cell.data_type for row in rows for cell in row if cell.data_type == "f"], [], "there are no formulas")
same(rows[0][4].value, "12345678901234567890.12", "what Excel would round is a text")
same((rows[1][4].value, rows[1][4].number_format), (100000000000.25, "0.00"))
same((rows[0][5].value, rows[0][5].number_format), (10.5, "0.00"))
same(rows[0][6].value, datetime(1990, 1, 1))
same((rows[0][7].value, rows[0][8].value, rows[0][9].value), (datetime(2026, 1, 2, 3, 4, 5), True, 42))
same(rows[2][9].value, None)
said = {}
for name, value in about.iter_rows(values_only=True):
    said.setdefault(name.split(" ")[0], []).append(value)
receipt = wang.ok("GET", "/exports?limit=2")["exports"][1]
same(said["凭证"], [receipt["id"]])
same(said["读者"], ["王芳&李（wang）"])
same((said["用途"], said["行数"], said["查询"]), (["核对"], ["3"], [SQL]))
same((said["数据集@版本"], said["依据"]), (["club.account@0"], ["grants/G1"]))
same(said["策略集"], [metadata["yandu.policy"]])
datetime.strptime(said["时间"][0], "%Y-%m-%d %H:%M:%S")
for sheet in (data, about):
    same(sheet.oddHeader.left.text, "王芳&&李（wang）", "a sign of Excel is doubled")
    same(sheet.oddHeader.right.text, said["时间"][0])
    assert receipt["id"] in sheet.oddFooter.left.text, sheet.oddFooter.left.text

# Whoever may look at rows, and not take them away as a file, is told so; of what is hidden, what everybody is told of what is not there.
hidden = li.query("SELECT 1 FROM club.nothing")
for accept in (XLSX, PARQUET, "text/csv"):
    refused = li.query(SQL, accept)
    same((refused.status, refused.code), (403, "not-permitted"), accept)
    absent = nobody.query(SQL, accept)
    same((absent.status, absent.code), (hidden.status, hidden.code), accept)
same(li.query(SQL).json()["rows"], shown)
same(li.ok("GET", "/exports")["exports"], [], "what did not leave has no receipt")

# One's own, the newest first, page by page; those of others are for whoever audits.
listed = wang.ok("GET", "/exports?limit=2")
same([one["form"] for one in listed["exports"]], ["parquet", "xlsx"])
rest = wang.ok("GET", f"/exports?limit=2&after={listed['next']}")
same(([one["form"] for one in rest["exports"]], rest.get("next")), (["csv"], None))
same(len(audit.ok("GET", "/exports?reader=wang")["exports"]), 3)
same(li.send("GET", "/api/v1/exports?reader=wang").code, "not-permitted")
events = audit.ok("GET", "/access-events?kind=exported")["events"]
same([(one["actor"], one["subject"]) for one in events], [("wang", one["id"]) for one in listed["exports"] + rest["exports"]])

# An answer of a page is no file; one of more rows leaves as one.
same(wang.query(SQL).headers["yandu-receipt"], None)
assert wang.query(SQL, limit=20_000).headers["yandu-receipt"]

# A program takes files on its own way.
program = wang.token()
taken = program.query(SQL, PARQUET)
receipt = program.ok("GET", f"/exports/{taken.headers['yandu-receipt']}")
same((receipt["way"], receipt["token"], receipt["purpose"]), ("interface", program.id, None))

# What is cut by a limit says so.
answer = wang.query(SQL, "text/csv", limit=2)
receipt = wang.ok("GET", f"/exports/{answer.headers['yandu-receipt']}")
same((receipt["rows"], receipt["truncated"], receipt["state"]), (2, True, "complete"))

# What a sheet cannot hold is refused with a mend, no use of a grant is lost, and there is no receipt of it.
city.somebody("zhao")
zhao = city.logged_in("zhao")
city.grant("zhao", "club.account", uses=1)
for long in ("SELECT repeat('x', 40000) AS long FROM club.account", "SELECT value FROM generate_series(1, 1048576)"):
    refused = zhao.query(long, XLSX)
    same((refused.status, refused.code), (422, "workbook-limit"))
    assert "Parquet or csv" in refused.json()["help"], refused.body
same(zhao.ok("GET", "/exports")["exports"], [])
same(zhao.query(SQL, XLSX).status, 200)
same(zhao.query(SQL, XLSX).code, "grant-used-up")
whole = zhao.query("SELECT value FROM generate_series(1, 1048576)", PARQUET)
same(pyarrow.parquet.read_table(io.BytesIO(whole.body)).num_rows, 1048576)

# Whoever goes away leaves a receipt that says so.
sql = "SELECT a.number, b.value FROM club.account a CROSS JOIN generate_series(1, 30000000) AS b"
body = json.dumps({"sql": sql})
address = urlsplit(url)
with socket.create_connection((address.hostname, address.port)) as wire:
    wire.sendall(
        f"POST /api/v1/query HTTP/1.1\r\nHost: {address.netloc}\r\nAccept: text/csv\r\nCookie: {wang.headers['cookie']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
    )
    head = wire.recv(1 << 16).decode(errors="replace")
    number = next(line.split(": ")[1] for line in head.split("\r\n") if line.startswith("yandu-receipt"))
    same(wang.ok("GET", f"/exports/{number}")["state"], "open")
end = time.monotonic() + 60
while time.monotonic() < end:
    receipt = wang.ok("GET", f"/exports/{number}")
    if receipt["state"] != "open":
        break
    time.sleep(0.1)
same((receipt["state"], receipt["broken"]), ("broken", "whoever read went away"))
assert receipt["bytes"] > 0, receipt

print(json.dumps({"checked": checked}))
