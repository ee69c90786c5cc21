"""Numbers of the whole city: metrics asked for, boards, viewers that follow a board, trails, and ten metrics beside DuckDB and
PostgreSQL on the same rows.

The lake is that of the models benchmark. A metric stands on a model, so its full recompute is the refresh of all models from all
rows, and one question to every metric after it. The peers hold the inputs of ten metrics as tables of their own, and compute each
metric over its newest year from them, every time; ours answers from what the refresh has made, over HTTP. Every answer has
to be the same on all three sides. Each of the ten is asked in a request of its own, and two hundred times in one, the most that one
may have, until the answers are read: then it is answered from what is held for the reader. The peers are sent two hundred queries
too, PostgreSQL in a pipeline and DuckDB in its own process. The models of the ten are then made once more from all rows: DuckDB makes
the same tables by the same queries and writes them to disk once at the end; ours also checks, profiles, commits and syncs each, and
keeps the version before. That is a part of what a refresh is, and counts. The viewers stand on a board of forty tiles, for the whole city and for
each of its counties, while a delivery arrives every second; a change is counted from the end of the refresh that made it."""

import json
import os
import random
import shutil
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import models
import postgres
from measure import Context, Failed, Goal, Report, median, p99, run, same
from server import Server

# Each with the column of its time and the periods that are asked for.
TEN = {
    "population.new_resident": ("month", 12), "population.new_household": ("month", 12), "population.aged_60_rate": ("year", 1),
    "population.elder_alone": ("year", 1), "population.household_size": ("year", 1), "telecom.new_station": ("month", 12),
    "health_service.cost_per_visit": ("month", 12), "health_service.prescription_pass_rate": ("month", 12),
    "trade.volume": ("month", 12), "traffic.survey_km": ("month", 12),
}  # fmt: skip
STATIONS = "telecom.base_station"
TILES = 40
VIEWERS = 500
CHANGES = 20
ASKS = 400
# Answers of one request.
AT_ONCE = 200


def board(context: Context) -> Path:
    """The packs, and one more with a board of forty tiles over forty metrics."""
    packs = context.folder("metrics-packs")
    shutil.copytree(context.packs, packs, dirs_exist_ok=True)
    metrics = sorted(
        f"{path.parent.parent.name}.{path.stem}" for path in packs.glob("*/metrics/*.yaml") if "area:" in path.read_text("utf-8")
    )
    # What changes every second stands first.
    metrics.sort(key=lambda metric: metric != "telecom.new_station")
    kinds = ["number", "trend", "ranking", "number", "map"]
    tiles = []
    for at in range(TILES):
        tile = {
            "id": f"t{at}", "kind": kinds[at % len(kinds)], "metric": metrics[at % len(metrics)],
            "slot": {"x": at % 6 * 2, "y": at // 6 * 2, "w": 2, "h": 2},
        }  # fmt: skip
        if tile["kind"] == "trend":
            tile["points"] = 24
        elif tile["kind"] != "number":
            tile["by"] = "area"
        tiles.append(tile)
    (packs / "bench/boards").mkdir(parents=True)
    needs = sorted({metric.split(".")[0] for metric in metrics})
    pack = {"pack": "bench", "version": "0.1.0", "title": {"zh": "基准"}, "points": [1], "needs": needs}
    (packs / "bench/pack.yaml").write_text(json.dumps(pack, ensure_ascii=False), encoding="utf-8")
    declared = {"board": "bench.forty", "title": {"zh": "四十块"}, "narrow": "county", "tiles": tiles}
    (packs / "bench/boards/forty.yaml").write_text(json.dumps(declared, ensure_ascii=False, indent=1), encoding="utf-8")
    return packs


def stations_of(server: Server, number: int, rows: int = 5) -> tuple[list[str], list[list]]:
    """The columns of base stations, and some that were opened in 2025."""
    names = [
        column["name"] for column in server.request("GET", f"/api/v1/datasets/{STATIONS}")["columns"]
        if not column["name"].startswith("_")
    ]  # fmt: skip
    found = server.query(
        f"SELECT {', '.join(names)} FROM {STATIONS} WHERE generation = '5G' AND status = '1' AND opened_on >= '2025-01-01'"
        f" AND opened_on < '2025-12-01' ORDER BY station_id OFFSET {number * rows} LIMIT {rows}"
    )
    if len(found) < rows:
        raise Failed("there are too few base stations of 2025")
    return names, found


def delivery(context: Context, name: str, names: list[str], rows: list[list]) -> Path:
    """A file of rows, which is another one than all before."""
    file = context.work / f"{name}.csv"
    lines = [",".join([*names, "bench"])]
    lines += [",".join([*("" if cell is None else str(cell) for cell in row), str(time.time_ns())]) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def stations(context: Context, server: Server, number: int) -> Path:
    """A delivery of some base stations that are there already, with another day of opening."""
    names, found = stations_of(server, number)
    day = names.index("opened_on")
    # Into the month after, so that two months change and the year does not.
    later = [[*row[:day], f"2025-{int(row[day][5:7]) + 1:02}-01", *row[day + 1 :]] for row in found]
    return delivery(context, f"stations-{number}", names, later)


def newest(server: Server) -> dict[str, str]:
    """The metrics that have a number, with the period of their newest."""
    listed = server.request("GET", "/api/v1/metrics")["metrics"]
    return {line["id"]: line["newest"]["period"] for line in listed if line.get("newest")}


def every_metric(server: Server) -> list[dict]:
    asks = [{"metric": line["id"]} for line in server.request("GET", "/api/v1/metrics")["metrics"]]
    return server.request("POST", "/api/v1/metrics/ask", {"asks": asks})["outcomes"]


def question(metric: str, last: str) -> dict:
    grain, points = TEN[metric]
    return {"metric": metric, "period": last, "grain": grain, "points": points}


def numbers(server: Server, metric: str, last: str) -> dict[str, float]:
    ask = question(metric, last)
    answer = server.request("POST", "/api/v1/metrics/ask", {"asks": [ask]})["outcomes"][0]
    points = answer["answer"]["groups"][0]["points"]
    return {point["period"]: point["value"] for point in points if point["state"] == "value"}


def bench(context: Context) -> Report:
    report = Report("Metrics and boards", __doc__, header=["what", "times", "median ms", "p99 ms", "slowest ms"])
    data, _ = models.collected(context)
    packs = board(context)

    def taken(what: str, times: list[float]) -> None:
        report.rows.append([what, str(len(times)), f"{median(times):.1f}", f"{p99(times):.1f}", f"{max(times):.1f}"])

    with Server(context, data, packs=packs, settings=models.SETTINGS) as server:
        models.settled(server)
        begun = time.perf_counter()
        server.request("POST", "/api/v1/models/run", {"full": True})
        answers = every_metric(server)
        full_s = time.perf_counter() - begun
        known = newest(server)

        steps = []
        for number in range(5):
            file = stations(context, server, number)
            before = numbers(server, "telecom.new_station", "2025-12")
            begun = time.perf_counter()
            outcome = server.deliver(STATIONS, file, "upsert")
            same("rows kept of a batch", outcome["rows_kept"], 5)
            while numbers(server, "telecom.new_station", "2025-12") == before:
                if time.perf_counter() - begun > 60:
                    raise Failed("the number did not follow its batch")
                time.sleep(0.01)
            steps.append((time.perf_counter() - begun) * 1000)
        taken("a batch handed over until its number is another", steps)
        asked = asking(server, known, taken)
        trails, slow_trail = walked(server, known, taken)
        ours = ours_beside(server, known)
        inputs = exported(context, server)
        full_ten = recomputed(server, inputs)
    cold, warm = boards(context, data, packs, taken)
    pushed, busy = followed(context, data, packs, taken)
    peers = beside(context, inputs, known, report, ours)

    people = f"{context.people / 1e6:g} M city"
    single, at_once = (
        {metric: [peers[side][what][metric] / getattr(ours[metric], what) for side in peers] for metric in TEN}
        for what in ("ms", "at_once_ms")
    )

    def behind(ratios: dict[str, list[float]]) -> list[str]:
        return [f"{metric} {' and '.join(f'{one:.1f} ×' for one in of)}" for metric, of in ratios.items() if min(of) < 10]

    in_all = {side: sum(peers[side]["ms"].values()) / sum(ours[metric].ms for metric in TEN) for side in peers}
    report.goals = [
        Goal(f"full recompute of all {len(answers)} metrics of the {people}", "< 60 s", full_s, 60, "s"),
        Goal("a batch until its number is another", "< 2 s", max(steps) / 1000, 2, "s"),
        Goal("any metric asked by name, p99", "< 50 ms", p99(asked), 50, "ms"),
        Goal(f"board of {TILES} tiles, first after a start", "< 300 ms", median(cold), 300, "ms"),
        Goal(f"board of {TILES} tiles, warm, p99", "< 30 ms", p99(warm), 30, "ms"),
        Goal(f"{VIEWERS} viewers, a change a second, p99 to the client", "< 500 ms", p99(pushed), 500, "ms"),
        Goal(f"{VIEWERS} viewers, a change a second, processor", "< 1 core", busy, 1, "cores"),
        Goal("trail of one number, p99 over all metrics", "< 100 ms", p99(trails), 100, "ms", why=f"slowest is {slow_trail}"),
        *(
            Goal(f"ten metrics against {side}, recomputed there, together", "≥ 10 ×", in_all[side], 10, "×", higher=True)
            for side in peers
        ),
        Goal(f"the least of the ten by itself, of {AT_ONCE} answers in one request, against both", "≥ 10 ×",
             min(min(of) for of in at_once.values()), 10, "×", higher=True, why="not " + "; ".join(behind(at_once))),
        Goal("ten metrics, how many are so each in a request of its own against both", "all ten", len(TEN) - len(behind(single)),
             len(TEN) - 0.01, higher=True, why="not " + "; ".join(behind(single))),
        Goal("full recompute of the models of the ten against DuckDB", "≤ 1.5 ×", full_ten / peers["DuckDB"]["full_ms"], 1.5, "×",
             why="a refresh also checks, commits and syncs each model"),
    ]  # fmt: skip
    return report


def asking(server: Server, known: dict[str, str], taken) -> list[float]:
    """Metrics by random names, periods, lengths and areas."""
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    times = []
    for _ in range(ASKS):
        metric = chance.choice(sorted(known))
        definition = server.request("GET", f"/api/v1/metrics/{metric}")
        areas = [one["name"] for one in definition["dimensions"] if one["kind"] == "area"]
        ask = {"metric": metric, "grain": chance.choice(["month", "quarter", "year"]), "points": chance.randint(1, 24)}
        if areas and chance.random() < 0.5:
            ask["by"] = [{"dimension": areas[0], "level": "county"}]
        ms, _ = server.timed("POST", "/api/v1/metrics/ask", {"asks": [ask]})
        times.append(ms)
    taken(f"a metric by name, period and area (seed {seed})", times)
    return times


def walked(server: Server, known: dict[str, str], taken) -> tuple[list[float], str]:
    times = {}
    for metric, period in sorted(known.items()):
        ms, trail = server.timed("POST", f"/api/v1/metrics/{metric}/trail", {"period": period})
        if trail.get("trail") is None:
            raise Failed(f"the number of {metric} in {period} has no trail")
        times[metric] = ms
    taken("the trail of the newest number of each metric", list(times.values()))
    return list(times.values()), max(times, key=times.get)


def boards(context: Context, data: Path, packs: Path, taken) -> tuple[list[float], list[float]]:
    cold, warm = [], []
    for _ in range(5):
        with Server(context, data, packs=packs, settings=models.SETTINGS) as server:
            models.settled(server)
            ms, shown = server.timed("GET", "/api/v1/boards/bench.forty")
            same("tiles", len(shown["tiles"]), TILES)
            broken = [tile["id"] for tile in shown["tiles"] if tile.get("problem")]
            same("tiles that have no number", broken, [])
            cold.append(ms)
            if len(cold) == 5:
                warm = [server.timed("GET", "/api/v1/boards/bench.forty")[0] for _ in range(200)]
    taken("board of forty tiles, first after a start", cold)
    taken("board of forty tiles, warm", warm)
    return cold, warm


def followed(context: Context, data: Path, packs: Path, taken) -> tuple[list[float], float]:
    """Milliseconds from the end of a refresh to each viewer, and the cores of the server meanwhile."""
    with Server(context, data, packs=packs, settings=models.SETTINGS) as server:
        models.settled(server)
        areas = [area["code"] for area in server.request("GET", "/api/v1/boards/bench.forty")["areas"]]
        files = [stations(context, server, number) for number in range(100, 100 + CHANGES)]
        views = [f"/api/v1/boards/bench.forty/changes{f'?area={area}' if area else ''}" for area in ["", *areas]]
        viewers = subprocess.Popen(
            context.peer("viewers.py", server.connection.host, server.connection.port, VIEWERS, "t0", *views),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        if viewers.stdout.readline().strip() != "ready":
            raise Failed("the viewers did not all get their first event")
        seen = {one["id"] for one in models.newest_runs(server, "telecom.station_month")}
        ticks, begun = cpu(server.process.pid), time.perf_counter()
        for number, file in enumerate(files):
            pause = begun + number - time.perf_counter()
            if pause > 0:
                time.sleep(pause)
            asked = {"dataset": STATIONS, "path": str(file), "mode": "upsert", "encoding": "utf-8", "delimiter": ",",
                     "header_row": 1}  # fmt: skip
            server.request("POST", "/api/v1/batches", asked)
        models.settled(server)
        time.sleep(2)
        busy = (cpu(server.process.pid) - ticks) / (time.perf_counter() - begun)
        runs = [one for one in models.newest_runs(server, "telecom.station_month") if one["id"] not in seen]
        out, _ = viewers.communicate("end\n", timeout=60)
    ends = sorted(ended(one) for one in runs if one["mode"] != "unchanged")
    arrivals = json.loads(out)
    # Whoever looks at the whole city sees every change, in order; a county sees those of its own, and which is not known.
    whole = arrivals[:: len(views)]
    counts = {len(times) for times in whole}
    if counts != {len(ends)}:
        raise Failed(f"{len(ends)} changes, and viewers of the whole city got {sorted(counts)}")
    late = [(at - end) * 1000 for times in whole for at, end in zip(times, ends, strict=True)]
    taken(f"{len(whole)} of {VIEWERS} viewers, {len(ends)} changes", late)
    return late, busy


def ended(one: dict) -> float:
    return datetime.fromisoformat(one["ended_at"]).timestamp()


def cpu(pid: int) -> float:
    """Seconds of the processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Answered:
    """Milliseconds over HTTP of a request of one question, and of an answer of many in one request; and the numbers by period."""

    ms: float
    at_once_ms: float
    numbers: dict[str, float]


def ours_beside(server: Server, known: dict[str, str]) -> dict[str, Answered]:
    def took(asks: list[dict]) -> float:
        times = []
        for _ in range(20):
            begun = time.perf_counter()
            server.read("POST", "/api/v1/metrics/ask", {"asks": asks})
            times.append((time.perf_counter() - begun) * 1000)
        return median(times) / len(asks)

    answered = {}
    for metric in TEN:
        found = numbers(server, metric, known[metric])
        ask = question(metric, known[metric])
        answered[metric] = Answered(took([ask]), took([ask] * AT_ONCE), found)
    return answered


def recomputed(server: Server, inputs: Path) -> float:
    """Milliseconds that the refreshes of the models of the ten took in a full run, with the models between: the middle of three, as
    of the peer."""
    of = set(json.loads((inputs / "asked.json").read_text("utf-8"))["models"])
    took = []
    for _ in range(3):
        server.request("POST", "/api/v1/models/run", {"full": True})
        runs = [next(one for one in models.newest_runs(server, model) if one["mode"] == "full") for model in of]
        took.append(sum(one["duration_ms"] for one in runs))
    return median(took)


def exported(context: Context, server: Server) -> Path:
    """The collected inputs of the ten metrics as csv, with their types, and the queries of the models between, in order."""
    folder = context.folder("metrics-inputs")
    made: dict[str, str] = {}
    columns: dict[str, dict[str, str]] = {}
    known = {model["id"] for model in server.request("GET", "/api/v1/models")["models"]}

    def follow(table: str) -> None:
        if table in made or table in columns:
            return
        if table in known:
            model = server.request("GET", f"/api/v1/models/{table}")
            for of in model["inputs"]:
                follow(of)
            made[table] = model["sql"]
        else:
            detail = server.request("GET", f"/api/v1/datasets/{table}")
            columns[table] = {
                column["name"]: column["type"] for column in detail["columns"] if not column["name"].startswith("_")
            }

    asked = {}
    for metric, (column, points) in TEN.items():
        definition = server.request("GET", f"/api/v1/metrics/{metric}")
        follow(definition["model"])
        asked[metric] = {
            "model": definition["model"], "measure": definition["measure"], "condition": definition.get("condition"),
            "column": column, "points": points,
        }  # fmt: skip
    for table, of in columns.items():
        server.connection.request(
            "POST", "/api/v1/query", json.dumps({"sql": f"SELECT {', '.join(of)} FROM {table}"}),
            {"content-type": "application/json", "accept": "text/csv"},
        )  # fmt: skip
        with open(folder / f"{table}.csv", "wb") as stream:
            shutil.copyfileobj(server.connection.getresponse(), stream)
    told = {"metrics": asked, "columns": columns, "models": made}
    (folder / "asked.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return folder


def beside(context: Context, inputs: Path, known: dict[str, str], report: Report, ours: dict[str, Answered]) -> dict[str, dict]:
    """What DuckDB and PostgreSQL take for the ten, each in a process that runs already, and that their numbers are ours."""
    ends = context.work / "ends.json"
    ends.write_text(json.dumps({metric: known[metric] for metric in TEN}), encoding="utf-8")
    with postgres.postgres() as (_, url):
        sides = {
            "DuckDB": json.loads(run(context.peer("peer_metrics.py", "duckdb", inputs, ends)).out),
            "PostgreSQL": json.loads(run(context.peer("peer_metrics.py", url, inputs, ends)).out),
        }
    for metric in TEN:
        own = ours[metric]
        for side, answer in sides.items():
            theirs = answer["numbers"][metric]
            same(f"periods of {metric} in {side}", sorted(own.numbers), sorted(theirs))
            wrong = [
                period for period, number in own.numbers.items()
                if abs(number - theirs[period]) > 1e-9 * max(1, abs(theirs[period]))
            ]  # fmt: skip
            same(f"periods of {metric} that differ in {side}", wrong, [])
        alone = ", ".join(f"{side} {of['ms'][metric]:.1f} ms ({of['ms'][metric] / own.ms:.1f} ×)" for side, of in sides.items())
        at_once = ", ".join(
            f"{side} {of['at_once_ms'][metric]:.2f} ms ({of['at_once_ms'][metric] / own.at_once_ms:.1f} ×)"
            for side, of in sides.items()
        )
        report.notes.append(f"{metric}: ours {own.ms:.1f} ms, {alone}; of many at once ours {own.at_once_ms:.3f} ms, {at_once}.")
    rows = {table: f"{count:,}" for table, count in sides["DuckDB"]["rows"].items()}
    report.notes.append("Rows of the inputs: " + ", ".join(f"{table} {count}" for table, count in sorted(rows.items())) + ".")
    report.notes.append("The numbers of all periods are the same on the three sides.")
    return sides
