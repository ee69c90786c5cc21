"""The resident register: csv → typed, checked, de-duplicated → columns on disk.

Ours reads GB18030, keeps the raw file, quarantines with reasons, profiles and commits to Delta. DuckDB reads a UTF-8
copy, does the same checks and writes Parquet only. The city plants only the kinds of fault that both sides judge alike:
kinds that a normaliser mends, that break the csv itself, or that ask for the order of the file (repeated keys with other
cells) are switched off in a copy of its settings. A whole row that is repeated is planted; ours still keeps the first. The datasets that residents refer to are empty, so
that references are looked up by neither side."""

import json
import shutil
from pathlib import Path

from measure import COSTS, Context, Failed, Goal, Report, median, ratio, row, run, same, warm

OFF = [
    "near-duplicate", "cell-count", "encoding", "header-repeated", "total-row", "full-width", "date-form", "excel-serial",
    "number-as-text", "spaces", "plus-86", "id-15-digits", "lower-case",
]  # fmt: skip
COLUMNS = [
    "resident_id", "name", "sex", "ethnicity", "birth_date", "household_id", "relation", "township", "address", "mobile",
    "education", "marital", "employer", "income", "registered_at",
]  # fmt: skip
SEED = 7
DATA = "ingest-data"
PARQUET = "ingest-peer.parquet"


def simulate(context: Context, people: int) -> tuple[Path, Path]:
    """The delivery in GB18030 and its UTF-8 copy."""
    place = context.work / "place"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(context.here.parent / "city/yancheng", place)
    settings = json.loads((place / "simulator.json").read_text(encoding="utf-8"))
    rates = settings["defects_per_thousand"]["population.resident"]
    unknown = [kind for kind in OFF if kind not in rates]
    if unknown:
        raise Failed(f"the city plants no {unknown}")
    rates.update(dict.fromkeys(OFF, 0))
    (place / "simulator.json").write_text(json.dumps(settings, ensure_ascii=False), encoding="utf-8")
    out = context.folder(f"city-{people}")
    run(context.command(
        "--set", f"city={place}", "city", "simulate", "--people", people, "--seed", SEED, "--out", out,
        "--only", "residents", "--utf8",
    ))  # fmt: skip
    (delivery,) = (out / "inbox/public_security").glob("常住人口登记_*.csv")
    return delivery, out / "reference/residents_utf8.csv"


def measure_at(context: Context, people: int, report: Report):
    delivery, copy = simulate(context, people)
    warm(delivery, copy)
    ours, peer = [], []
    for number in range(1, context.runs + 1):
        data = context.folder(DATA)
        cost = run(context.command("collect", delivery, "--dataset", "population.resident", "--json", data=data))
        outcome = json.loads(cost.out)
        parquet = context.work / PARQUET
        parquet.unlink(missing_ok=True)
        other = run(context.peer("peer_duckdb.py", copy, parquet))
        if outcome["status"] != "collected" or outcome["encoding"] != "GB18030":
            raise Failed(f"collected otherwise than meant: {cost.out[:300]}")
        same("rows kept", outcome["rows_kept"], json.loads(other.out)["rows_kept"])
        ours.append(cost)
        peer.append(other)
        report.rows.append(row(f"ours, {people:,} people", number, cost))
        report.rows.append(row(f"DuckDB, {people:,} people", number, other))
    table = context.work / DATA / "lake/population/resident"
    compared = run(context.peer("compare.py", table, context.work / PARQUET, *COLUMNS))
    same("content of the rows kept", *json.loads(compared.out))
    report.notes.append(
        f"{people:,} people: {outcome['rows_in']:,} rows in, {outcome['rows_kept']:,} kept and"
        f" {outcome['rows_quarantined']:,} quarantined on both sides, cell for cell; {delivery.stat().st_size / 1e6:.0f} MB"
        f" of GB18030, {copy.stat().st_size / 1e6:.0f} MB of UTF-8. CPU seconds against DuckDB:"
        f" {ratio(ours, peer, lambda cost: cost.cpu):.2f}."
    )
    shutil.rmtree(delivery.parents[2])
    return ours, peer


def bench(context: Context) -> Report:
    report = Report("Residents into the lake", __doc__, header=COSTS)
    small, _ = measure_at(context, context.people // 10, report)
    ours, peer = measure_at(context, context.people, report)
    work = f"{context.people / 1e6:g} M residents"
    report.goals = [
        Goal(f"{work}, wall time against DuckDB", "≤ 0.70", ratio(ours, peer), 0.70,
             why=f"{median(c.cpu for c in ours):.1f} CPU s against {median(c.cpu for c in peer):.1f}"),
        Goal(f"{work}, peak memory", "< 600 MB", max(cost.peak_mb for cost in ours), 600, "MB"),
        Goal(f"{work}, time against a tenth of them", "≤ 10.5 ×",
             median(c.wall for c in ours) / median(c.wall for c in small), 10.5, "×"),
    ]  # fmt: skip
    return report
