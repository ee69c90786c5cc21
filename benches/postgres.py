"""A PostgreSQL table of ten columns into the lake by an `sql` source, from a server of the benchmark's own. The peer is
the plain way of a script: `COPY … TO STDOUT` as csv, read by pyarrow, written by deltalake. Ours also keeps the raw rows,
checks them and profiles them. CPU seconds are without the server's."""

import contextlib
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

from measure import COSTS, Context, Failed, Goal, Report, median, row, run, same

COLUMNS = {
    "id": "integer", "person": "text", "ward": "text", "kind": "integer", "amount": "decimal(12,2)", "share": "float",
    "active": "boolean", "day": "date", "at": "timestamp", "remark": "text",
}  # fmt: skip
TABLE = """
CREATE TABLE bench (id bigint PRIMARY KEY, person text NOT NULL, ward text NOT NULL, kind integer NOT NULL,
  amount numeric(12,2) NOT NULL, share double precision NOT NULL, active boolean NOT NULL, day date NOT NULL,
  at timestamp NOT NULL, remark text);
INSERT INTO bench SELECT n, 'P' || lpad((n * 7919 % 9999991)::text, 8, '0'), (ARRAY['亭湖','盐都','大丰','东台'])[1 + (n % 4)::int],
  (n % 17)::int, (n * 37 % 1000000) / 100.0, (n % 1024) / 1024.0, n % 3 = 0, date '2000-01-01' + (n % 9000)::int,
  timestamp '2020-01-01' + n * interval '1 second', CASE WHEN n % 5 = 0 THEN NULL ELSE '备注 ' || n % 1000 END
  FROM generate_series(1::bigint, {rows}) AS n;
ANALYZE bench;
"""


@contextlib.contextmanager
def postgres():
    """A server on a free port, in a temporary folder; as user `postgres` when this runs as root."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if not binaries:
        raise Failed("no PostgreSQL under /usr/lib/postgresql: `make test` installs one")
    home = binaries[-1].parent
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    user = "postgres" if os.geteuid() == 0 else None
    owner = user or pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="yandu-bench-pg-"))
    if user:
        shutil.chown(folder, user)
    # The server is only stopped by this very folder, never by name.
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=512MB -c max_wal_size=4GB"

    def act(*command: object) -> None:
        done = subprocess.run([str(part) for part in command], user=user, cwd="/", capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"{command[0]}: {done.stderr or done.stdout}")

    try:
        act(home / "initdb", "-D", folder / "data", "-A", "trust", "-U", owner, "-E", "UTF8", "--no-sync")
        act(home / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield home / "psql", f"postgres://{owner}@127.0.0.1:{port}/postgres"
        finally:
            act(home / "pg_ctl", "-D", folder / "data", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def pack(context: Context):
    packs = context.folder("postgres-packs")
    folder = packs / "bench"
    for part in ("datasets", "sources"):
        (folder / part).mkdir(parents=True)
    (folder / "pack.yaml").write_text("pack: bench\nversion: 0.1.0\ntitle: {zh: 基准}\npoints: [1]\n", encoding="utf-8")
    columns = {
        name: {"title": {"zh": name}, "type": kind, "from": [name], "required": name != "remark"}
        for name, kind in COLUMNS.items()
    }
    dataset = {
        "dataset": "bench.row", "title": {"zh": "表"}, "owner": "基准", "origin": "collect",
        "sharing": {"class": "unconditional"}, "opening": "closed", "refresh": "daily", "key": ["id"], "columns": columns,
        "checks": [{"name": "kind-range", "column": "kind", "between": [0, 16]}],
    }  # fmt: skip
    source = {
        "source": "bench.table", "title": {"zh": "表"}, "dataset": "bench.row", "mode": "snapshot",
        "channel": {"sql": {"engine": "postgres", "url": {"env": "BENCH_POSTGRES_URL"}, "table": "bench"}},
    }  # fmt: skip
    (folder / "datasets/row.yaml").write_text(json.dumps(dataset, ensure_ascii=False, indent=1), encoding="utf-8")
    (folder / "sources/table.yaml").write_text(json.dumps(source, ensure_ascii=False, indent=1), encoding="utf-8")
    return packs


def bench(context: Context) -> Report:
    report = Report("PostgreSQL into the lake", __doc__, header=[*COSTS, "rows/s"])
    packs, rows = pack(context), context.postgres_rows
    ours, peer = [], []
    with postgres() as (psql, url):
        load = subprocess.run(
            [psql, "-q", "-v", "ON_ERROR_STOP=1", url], input=TABLE.format(rows=rows), text=True, capture_output=True
        )
        if load.returncode:
            raise Failed(load.stderr)
        env = {"BENCH_POSTGRES_URL": url}
        for number in range(1, context.runs + 1):
            data, table = context.folder("postgres-data"), context.folder("postgres-peer")
            cost = run(context.command("collect", "bench.table", "--json", data=data, packs=packs), env)
            # A source may have several deliveries; a table is one.
            outcome = json.loads(cost.out)
            outcome = outcome["batches"][0] if "batches" in outcome else outcome
            other = run(context.peer("peer_postgres.py", psql, url, table))
            same("rows", (outcome["status"], outcome["rows_kept"]), ("collected", json.loads(other.out)["rows"]))
            same("rows in the table", outcome["rows_kept"], rows)
            ours.append(cost)
            peer.append(other)
            report.rows.append([*row("ours", number, cost), f"{rows / cost.wall:,.0f}"])
            report.rows.append([*row("COPY, pyarrow, deltalake", number, other), f"{rows / other.wall:,.0f}"])
    compared = run(context.peer("compare.py", data / "lake/bench/row", table, *COLUMNS))
    same("content of the rows", *json.loads(compared.out))
    report.goals = [
        Goal(f"PostgreSQL table of {rows / 1e6:g} M rows into Delta", "> 300,000 rows/s", rows / median(c.wall for c in ours),
             300_000, "rows/s", higher=True, why=f"the peer, without checks, has {rows / median(c.wall for c in peer):,.0f}"),
    ]  # fmt: skip
    return report
