"""Reads shared tables with the client of Delta Sharing. `sharing.py URL LINK FOLDER`; the link makes the first administrator, the
folder is the data folder. Prints the names of the files of one table, and how many things were held against each other."""

import hashlib
import io
import json
import shutil
import sys
import tempfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit
from urllib.request import Request, urlopen

import delta_sharing
import pandas
import pyarrow.parquet

from rights import City, Somebody

url, link, folder = sys.argv[1:]
city = City(url, link)
wang = city.somebody("wang")
li = city.somebody("li")
grant = city.grant("wang", "club.account", rows="area = '320902'")
checked = 0
SHARES = "/delta-sharing/shares"
TABLE = f"{SHARES}/city/schemas/club/tables/account"
SECRETS = [b"13800000001", b"13800000002", b"13800000003", b"13800000009", b"hidden-note", b"320903199001011234", b"000009", b"13900000000"]


def same(left, right, what=""):
    global checked
    checked += 1
    assert left == right, (what, left, right)


def refused(answer, status, code):
    """A refusal in the words of the protocol."""
    same((answer.status, answer.json()["errorCode"]), (status, code), answer.body)
    assert answer.json()["message"] and answer.json().keys() == {"errorCode", "message"}, answer.body


def lines(answer):
    assert answer.status == 200, answer.body
    same(answer.headers["content-type"], "application/x-ndjson; charset=utf-8")
    return [json.loads(line) for line in answer.body.splitlines()]


def files(somebody, **asked):
    answer = somebody.send("POST", f"{TABLE}/query", asked)
    return [line["file"] for line in lines(answer)[2:]]


def fetch(address, headers=None):
    parts = urlsplit(address)
    return Somebody(f"{parts.scheme}://{parts.netloc}", {}).send("GET", f"{parts.path}?{parts.query}", headers=headers)


def changed(address, **parts):
    split = urlsplit(address)
    asked = {name: values[0] for name, values in parse_qs(split.query).items()}
    return urlunsplit(split._replace(query=urlencode({**asked, **parts})))


program = wang.token()
stranger = li.token()
profile = Path(tempfile.mkdtemp()) / "city.share"
profile.write_text(json.dumps({
    "shareCredentialsVersion": 1,
    "endpoint": f"{url}/delta-sharing",
    "bearerToken": program.secret,
}))

# The client finds what its account may see, and nothing else.
client = delta_sharing.SharingClient(str(profile))
same([share.name for share in client.list_shares()], ["city"])
same([schema.name for schema in client.list_schemas(client.list_shares()[0])], ["club"])
same([f"{table.share}.{table.schema}.{table.name}" for table in client.list_all_tables()], ["city.club.account"])
same([table.name for table in client.list_tables(client.list_schemas(client.list_shares()[0])[0])], ["account"])
same(json.loads(stranger.send("GET", f"{SHARES}/city/schemas").body), {"items": []})

# Rows are those that the same program is given as an answer to SQL.
address = f"{profile}#city.club.account"
frame = delta_sharing.load_as_pandas(address)
asked = program.query("SELECT * FROM club.account ORDER BY number").json()
same(list(frame.columns), [column["name"] for column in asked["columns"]])


def told(value):
    if value is None or value is pandas.NaT or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, (datetime, pandas.Timestamp)):
        return value.isoformat()
    if isinstance(value, (Decimal, date)):
        return str(value)
    return value


same([[told(cell) for cell in row] for row in frame.astype(object).values.tolist()], asked["rows"])
same(frame["mobile"].tolist(), ["138****0001", "138****0002", "138****0003"])
same(delta_sharing.get_table_version(address), 0)
same(len(delta_sharing.load_as_pandas(address, limit=2)), 2)
same(len(delta_sharing.load_as_pandas(address, version=0)), 3)
same(json.loads(delta_sharing.get_table_metadata(address).schema_string)["fields"][5]["type"], "decimal(30,2)") if hasattr(
    delta_sharing, "get_table_metadata"
) else None

# The wire itself.
version = program.send("GET", f"{TABLE}/version")
same((version.status, version.headers["delta-table-version"]), (200, "0"))
same(program.send("HEAD", TABLE).headers["delta-table-version"], "0")
same(program.send("GET", f"{SHARES}/CITY/schemas/Club/tables/ACCOUNT/version").status, 200, "names have no case")
[protocol, about] = lines(program.send("GET", f"{TABLE}/metadata"))
same(protocol, {"protocol": {"minReaderVersion": 1}})
schema = json.loads(about["metaData"]["schemaString"])
same([field["name"] for field in schema["fields"]], list(frame.columns))
same((about["metaData"]["format"], about["metaData"]["partitionColumns"]), ({"provider": "parquet"}, []))
answer = program.send("POST", f"{TABLE}/query", {"limitHint": 1, "predicateHints": ["number = '1'"], "jsonPredicateHints": "{"})
[_, again, *shared] = lines(answer)
same(again, about)
same(answer.headers["delta-table-version"], "0")
shared = [line["file"] for line in shared]
same(len(shared), 1)
[file] = shared
same(file["partitionValues"], {})
same(json.loads(file["stats"]), {"numRecords": 3, "nullCount": {name: int(name == "people") for name in frame.columns}})
assert file["expirationTimestamp"] / 1000 > datetime.now().timestamp() + 3000, file
same([one["id"] for one in files(program)], [file["id"]], "the same rights and version are the same files")

named = program.send("POST", f"{TABLE}/query", {}, headers={"fileidhash": "Parquet", "delta-sharing-capabilities": "responseformat=delta,parquet"})
same((named.headers["fileidhash"], named.headers["delta-sharing-capabilities"]), ("parquet", "responseformat=parquet"))
refused(program.send("POST", f"{TABLE}/query", {}, headers={"fileidhash": "md5"}), 400, "INVALID_PARAMETER_VALUE")

# Each query leaves a receipt of the files that it gave away.
receipt = program.ok("GET", f"/exports/{answer.headers['yandu-receipt']}")
whole = fetch(file["url"])
same((whole.status, whole.headers["accept-ranges"], len(whole.body)), (200, "bytes", file["size"]))
same((receipt["form"], receipt["way"], receipt["state"]), ("delta-sharing", "interface", "complete"))
same((receipt["rows"], receipt["bytes"], receipt["sha256"]), (3, file["size"], hashlib.sha256(whole.body).hexdigest()))
same((receipt["read"][0]["permits"], receipt["token"]), ([f"grants/{grant}"], program.id))

# Parts of a file.
part = fetch(file["url"], {"range": "bytes=4-9"})
same((part.status, part.body, part.headers["content-range"]), (206, whole.body[4:10], f"bytes 4-9/{file['size']}"))
same(fetch(file["url"], {"range": "bytes=-8"}).body, whole.body[-8:])
same(fetch(file["url"], {"range": f"bytes={file['size']}-"}).status, 416)

# No byte of it tells of what is hidden: neither the raw ones, nor any value, nor a statistic.
table = pyarrow.parquet.read_table(io.BytesIO(whole.body))
everything = json.dumps(table.to_pylist(), default=str).encode()
parquet = pyarrow.parquet.ParquetFile(io.BytesIO(whole.body))
bounds = repr([
    parquet.metadata.row_group(group).column(column).statistics
    for group in range(parquet.num_row_groups)
    for column in range(parquet.metadata.num_columns)
]).encode()
plain = io.BytesIO()
pyarrow.parquet.write_table(table, plain, compression="none")
for secret in SECRETS:
    for where in (whole.body, everything, bounds, plain.getvalue(), answer.body):
        assert secret not in where, secret
same(parquet.metadata.created_by, "yandu")
same(parquet.metadata.metadata, None)

# An address is good as it was given out, and not otherwise.
same(fetch(changed(file["url"], signature="0" * 64)).status, 403)
for name, value in [("until", "99999999999999"), ("reader", "li"), ("rights", "0" * 32), ("dataset", "club.member"), ("token", stranger.id)]:
    refused(fetch(changed(file["url"], **{name: value})), 403, "PERMISSION_DENIED")
refused(fetch(file["url"].replace(file["id"], "0" * 64)), 403, "PERMISSION_DENIED")
refused(fetch(file["url"].split("?")[0]), 400, "INVALID_PARAMETER_VALUE")

# Refusals.
refused(stranger.send("POST", f"{TABLE}/query", {}), 404, "RESOURCE_DOES_NOT_EXIST")
same(
    stranger.send("GET", f"{TABLE}/metadata").json()["message"].replace("account", "nothing"),
    stranger.send("GET", f"{SHARES}/city/schemas/club/tables/nothing/metadata").json()["message"],
)
refused(stranger.send("GET", f"{SHARES}/city/schemas/club/tables"), 404, "RESOURCE_DOES_NOT_EXIST")
refused(program.send("GET", f"{SHARES}/other/schemas"), 404, "RESOURCE_DOES_NOT_EXIST")
refused(program.send("POST", f"{TABLE}/query", {"version": 7}), 404, "RESOURCE_DOES_NOT_EXIST")
refused(program.send("POST", f"{TABLE}/query", {"timestamp": "2001-01-01T00:00:00Z"}), 404, "RESOURCE_DOES_NOT_EXIST")
refused(program.send("POST", f"{TABLE}/query", {"startingVersion": 0}), 400, "INVALID_PARAMETER_VALUE")
refused(program.send("GET", f"{TABLE}/changes?startingVersion=0"), 400, "INVALID_PARAMETER_VALUE")
refused(Somebody(url, {}).send("GET", SHARES), 401, "UNAUTHENTICATED")
refused(Somebody(url, {"authorization": "Bearer yt_wrong"}).send("GET", SHARES), 401, "UNAUTHENTICATED")
refused(wang.send("GET", SHARES), 403, "PERMISSION_DENIED")
refused(wang.token("deliver").send("GET", SHARES), 403, "PERMISSION_DENIED")
names = []
token = ""
while token is not None:
    page = json.loads(program.send("GET", f"{SHARES}/city/all-tables?maxResults=1{token and '&pageToken=' + token}").body)
    names += [one["name"] for one in page["items"]]
    token = page.get("nextPageToken")
same(names, ["account"])

# A file that was swept away is made again, with the same name.
shutil.rmtree(Path(folder) / "shared" / "files")
refused(fetch(file["url"]), 404, "RESOURCE_DOES_NOT_EXIST")
[again] = files(program)
same((again["id"], fetch(again["url"]).body), (file["id"], whole.body))

# A grant that may be used twice is used by queries and not by looking.
city.somebody("zhao")
zhao = city.logged_in("zhao").token()
city.grant("zhao", "club.account", rows="number = '000009'", columns=["number", "mobile"], uses=2)
lines(zhao.send("GET", f"{TABLE}/metadata"))
[theirs] = files(zhao)
same(pyarrow.parquet.read_table(io.BytesIO(fetch(theirs["url"]).body)).to_pylist(), [{"number": "000009", "mobile": "138****0009"}])
files(zhao)
refused(zhao.send("POST", f"{TABLE}/query", {}), 403, "PERMISSION_DENIED")

# Where something else shows the table it is read on under that, and what the last use gave out is still fetched.
city.somebody("gao")
gao = city.logged_in("gao").token()
for columns, uses in ((["number", "mobile"], 1), (["number"], None)):
    city.grant("gao", "club.account", rows="number = '000009'", columns=columns, uses=uses)
[last] = files(gao)
[later] = files(gao)
for address, row in ((last["url"], {"number": "000009", "mobile": "138****0009"}), (later["url"], {"number": "000009"})):
    same(pyarrow.parquet.read_table(io.BytesIO(fetch(address).body)).to_pylist(), [row])

# Another token, another grant: what ends, ends the addresses at once.
other = wang.token()
[mine] = files(other)
same(fetch(mine["url"]).status, 200)
wang.ok("DELETE", f"/account/tokens/{other.id}")
refused(fetch(mine["url"]), 403, "PERMISSION_DENIED")
same(fetch(again["url"]).status, 200, "the other token is still good")
city.revoke(grant)
refused(fetch(again["url"]), 403, "PERMISSION_DENIED")
refused(program.send("POST", f"{TABLE}/query", {}), 404, "RESOURCE_DOES_NOT_EXIST")

print(json.dumps({"checked": checked, "files": [file["id"]]}))
