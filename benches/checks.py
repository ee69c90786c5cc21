"""3,000 checks against 30 on one table of 10 integers, 5 decimals and 5 texts, collected from csv; Great Expectations
(pandas engine) on the same 30.

The mix is the same at every size: of ten checks five are ranges, one a lower bound, two compare two columns in SQL, one
is a list of values and one a pattern. A few rows in a thousand break a few of the checks; each check of the 30 has to
find as many rows on both sides."""

import json
import random

from measure import COSTS, Context, Cost, Goal, Report, median, ratio, row, run, same, warm

INTEGERS = [f"i{number}" for number in range(10)]
AMOUNTS = [f"d{number}" for number in range(5)]
TEXTS = [f"t{number}" for number in range(5)]
PLACES = ["亭湖", "盐都", "大丰", "东台", "建湖", "射阳", "阜宁", "滨海", "响水"]
OF = 30
MANY = 3_000


def csv(context: Context, rows: int):
    """Integers 0 to 9,999 and amounts up to 999.99, `i0` and `t0` sometimes out of bounds."""
    draw = random.Random(11)
    file = context.folder("checks-csv") / "wide.csv"
    with open(file, "w", encoding="utf-8", newline="") as stream:
        stream.write(",".join(["k", *INTEGERS, *AMOUNTS, *TEXTS]) + "\n")
        for key in range(1, rows + 1):
            bits = draw.getrandbits(240)
            integers = [(bits >> 14 * at) % 10_000 for at in range(10)]
            if key % 997 == 0:
                integers[0] = 20_000
            amounts = [f"{(bits >> 17 * at) % 1_000}.{(bits >> 9 * at) % 90 + 10}" for at in range(5)]
            texts = [PLACES[(bits >> 40 + 4 * at) % 9] for at in range(2)]
            texts += [f"A{(bits >> 60 + 20 * at) % 1_000_000:06d}" for at in range(3)]
            if key % 1_009 == 0:
                texts[0] = "苏州"
            if key % 1_013 == 0:
                texts[2] = "B1"
            stream.write(f"{key},{','.join(map(str, integers))},{','.join(amounts)},{','.join(texts)}\n")
    return file


def checks(count: int) -> list[dict]:
    """The same list for both sides; the bounds differ, so that no two checks are one."""
    made = []
    for number in range(count):
        turn, step = number // 10, number % 10
        name = f"c{number}"
        one = INTEGERS[turn % 10]
        if step < 5:
            column = (INTEGERS + AMOUNTS)[(turn + 3 * step) % 15]
            made.append({"name": name, "column": column, "between": [-turn - step, 10_000 + turn + step]})
        elif step == 5:
            made.append({"name": name, "column": AMOUNTS[turn % 5], "at_least": -turn})
        elif step < 8:
            other = INTEGERS[(turn + step) % 10]
            made.append({"name": name, "expect": f"{one} + {20_001 + turn + step} > {other}"})
        elif step == 8:
            made.append({"name": name, "column": TEXTS[turn % 2], "in": [*PLACES, f"区{turn}"]})
        else:
            made.append({"name": name, "column": TEXTS[2 + turn % 3], "matches": f"^A[0-9]{{6}}$|^Z{turn}$"})
    return made


def pack(context: Context, count: int):
    """A folder with one pack of one dataset."""
    packs = context.folder(f"checks-packs-{count}")
    folder = packs / "bench"
    (folder / "datasets").mkdir(parents=True)
    (folder / "pack.yaml").write_text("pack: bench\nversion: 0.1.0\ntitle: {zh: 基准}\npoints: [1]\n", encoding="utf-8")
    types = {"k": "integer"} | dict.fromkeys(INTEGERS, "integer") | dict.fromkeys(AMOUNTS, "decimal(12,2)")
    columns = {
        name: {"title": {"zh": name}, "type": types.get(name, "text"), "from": [name]}
        for name in ["k", *INTEGERS, *AMOUNTS, *TEXTS]
    }
    dataset = {
        "dataset": "bench.wide", "title": {"zh": "宽表"}, "owner": "基准", "origin": "collect",
        "sharing": {"class": "unconditional"}, "opening": "closed", "refresh": "daily", "key": ["k"], "columns": columns,
        "checks": checks(count),
    }  # fmt: skip
    # JSON is YAML.
    (folder / "datasets/wide.yaml").write_text(json.dumps(dataset, ensure_ascii=False, indent=1), encoding="utf-8")
    return packs


def collect(context: Context, file, count: int, packs) -> tuple[Cost, dict]:
    data = context.folder("checks-data")
    command = context.command("collect", file, "--dataset", "bench.wide", "--mode", "snapshot", "--json", data=data, packs=packs)
    cost = run(command)
    outcome = json.loads(cost.out)
    same("status", outcome["status"], "collected")
    return cost, outcome


def bench(context: Context) -> Report:
    report = Report("Checks on one table", __doc__, header=COSTS)
    file = csv(context, context.check_rows)
    warm(file)
    packs = {count: pack(context, count) for count in (OF, MANY)}
    declared = context.work / "checks.json"
    declared.write_text(json.dumps(checks(OF), ensure_ascii=False), encoding="utf-8")
    few, many, peer = [], [], []
    for number in range(1, context.runs + 1):
        cost, outcome = collect(context, file, OF, packs[OF])
        few.append(cost)
        other, all_checked = collect(context, file, MANY, packs[MANY])
        # The further checks are broken by the very same rows.
        same("rows kept under more checks", all_checked["rows_kept"], outcome["rows_kept"])
        many.append(other)
        theirs = run(context.peer("peer_expectations.py", file, declared))
        peer.append(theirs)
        found = {finding["reason"]: finding["rows"] for finding in outcome["findings"]}
        answer = json.loads(theirs.out)
        same("rows that break each check", found, answer["unexpected"])
        report.rows += [
            row(f"ours, {OF} checks", number, cost), row(f"ours, {MANY:,} checks", number, other),
            row(f"Great Expectations, {OF} checks", number, theirs),
        ]  # fmt: skip
    rows = f"{context.check_rows / 1e6:g} M rows"
    report.goals = [
        Goal(f"{MANY:,} checks on {rows} against {OF}, wall time", "< 10 ×", ratio(many, few), 10, "×",
             why=f"{(median(c.cpu for c in many) - median(c.cpu for c in few)) * 1000 / (MANY - OF):.1f} ms of CPU a check"),
        Goal(f"{OF} checks on {rows}, wall time against Great Expectations", "beside it", ratio(few, peer), None),
    ]  # fmt: skip
    report.notes.append(
        f"{file.stat().st_size / 1e6:.0f} MB of csv; {outcome['rows_kept']:,} rows kept and"
        f" {outcome['rows_quarantined']:,} quarantined. Ours reads, types, checks, profiles and stores; Great Expectations"
        f" reads and validates only, {answer['validate_s']:.1f} s of it in validation."
    )
    return report
