"""Runs the benchmarks and writes RESULTS.md. `scripts/bench.sh` prepares what this needs; settings are BENCH_* there."""

import argparse
import datetime
import importlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from measure import Context, Report, busy_cores

HERE = Path(__file__).resolve().parent
FULL = {"people": 6_700_000, "check_rows": 1_000_000, "postgres_rows": 3_000_000, "entries": 100_000, "columns": 100_000}
BENCHES = ["ingest", "checks", "postgres", "start", "point", "ledger", "lineage", "models", "metrics", "decisions", "previews", "door", "wire", "lists", "pages", "soak"]
# Programs that benchmarks run beside the executable.
EXAMPLES = ["decisions", "previews"]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--yandu", type=Path, required=True)
    parser.add_argument("--prebuilt", action="store_true", help="the executable may be of another commit")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--results", type=Path, default=HERE / "RESULTS.md")
    parser.add_argument("--people", type=int, default=FULL["people"])
    parser.add_argument("--check-rows", type=int, default=FULL["check_rows"])
    parser.add_argument("--postgres-rows", type=int, default=FULL["postgres_rows"])
    parser.add_argument("--entries", type=int, default=FULL["entries"])
    parser.add_argument("--columns", type=int, default=FULL["columns"])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="", help=f"some of {','.join(BENCHES)}")
    return parser.parse_args()


def two_cores() -> int:
    """Everything runs on two cores, whatever the machine has."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:2])
    return len(cores)


def machine(cores: int) -> str:
    info = Path("/proc/cpuinfo").read_text()
    model = next((line.split(":", 1)[1].strip() for line in info.splitlines() if line.startswith("model name")), "?")
    kib = int(Path("/proc/meminfo").read_text().split()[1])
    return f"{model}, {cores} cores of which two are used, {kib / 1048576:.0f} GiB memory, {platform.system()}"


def git(*command: str) -> str:
    return subprocess.run(["git", "-C", HERE, *command], capture_output=True, text=True).stdout.strip()


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def figure(goal) -> str:
    if goal.figure >= 1_000:
        return f"{goal.figure:,.0f} {goal.unit}".strip()
    digits = 2 if goal.figure < 10 else 1
    return f"{goal.figure:.{digits}f} {goal.unit}".strip()


def busy(report: Report) -> str:
    return f"{report.busy[0]:.1f}, {report.busy[1]:.1f}"


def is_loaded(report: Report) -> bool:
    return max(report.busy) > 0.3


def reduced(options: argparse.Namespace) -> list[str]:
    return [f"{name} {value:,} of {FULL[name]:,}" for name in FULL if (value := getattr(options, name)) < FULL[name]]


def results(options: argparse.Namespace, reports: list[Report], failures: list[str], cores: int) -> str:
    commit = git("rev-parse", "--short", "HEAD")
    dirty = " with local changes" if git("status", "--porcelain", "--untracked-files=no", "--", "../crates") else ""
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    executable = "the executable that `make run` builds (dev profile)"
    if options.prebuilt:
        built = datetime.datetime.fromtimestamp(options.yandu.stat().st_mtime, datetime.UTC)
        executable = f"an executable that was there already, built {built:%Y-%m-%d %H:%M} UTC"
    lines = [
        "# Results of `make bench`", "",
        f"Taken on {day} at {commit}{dirty}, with {executable}.",
        f"{machine(cores)}.",
        f"Ours and the peer ran alternately, {options.runs} times; a ratio is the median of the",
        "ratios of neighbouring runs. CPU seconds are user and system of the process; inputs were in the page cache. Busy cores",
        "are those of other work on the machine, looked at while nothing of the benchmark ran.", "",
    ]  # fmt: skip
    if any(is_loaded(report) for report in reports):
        lines += ["**Taken on a loaded machine: wall times are too long, and ratios of them are rough.**", ""]
    if smaller := reduced(options):
        lines += [f"**Taken at a reduced size ({', '.join(smaller)}): the verdicts are provisional.**", ""]
    goals = [
        [goal.work, goal.goal, figure(goal), goal.verdict, busy(report)] for report in reports for goal in report.goals
    ]
    lines += [table(["work", "goal", "figure", "verdict", "busy cores before, after"], goals), ""]
    lines += [f"**Not measured:** {failure.strip()}\n" for failure in failures]
    for report in reports:
        lines += [f"## {report.title}", "", report.about.strip(), ""]
        if report.rows:
            lines += [table(report.header, report.rows), ""]
        lines += [f"- {note}" for note in report.notes] + ([""] if report.notes else [])
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    options = arguments()
    cores = two_cores()
    options.work.mkdir(parents=True, exist_ok=True)
    work = options.work.resolve()
    # Copies, so that a build or an edit during the run changes nothing.
    yandu = shutil.copy(options.yandu, work / "yandu")
    shutil.rmtree(work / "examples", ignore_errors=True)
    (work / "examples").mkdir()
    for example in EXAMPLES:
        built = options.yandu.parent / "examples" / example
        if built.exists():
            shutil.copy(built, work / "examples")
    shutil.rmtree(work / "packs", ignore_errors=True)
    packs = shutil.copytree(HERE.parent / "packs", work / "packs")
    context = Context(
        yandu=Path(yandu), packs=packs, python=Path(sys.executable), here=HERE, work=work, people=options.people,
        check_rows=options.check_rows, postgres_rows=options.postgres_rows,
        entries=options.entries, columns=options.columns, runs=options.runs,
    )  # fmt: skip
    only = [name for name in options.only.split(",") if name] or BENCHES
    reports, failures = [], []
    for name in only:
        before = busy_cores()
        print(f"== {name} ({before:.1f} cores busy with other work)", flush=True)
        try:
            report = importlib.import_module(name).bench(context)
        except Exception as error:  # one benchmark that fails does not take the others along
            failures.append(f"{name}: {error}")
            print(f"{name}: {error}", file=sys.stderr, flush=True)
            continue
        report.busy = (before, busy_cores())
        reports.append(report)
        for goal in report.goals:
            print(f"{goal.work}: {figure(goal)} (goal {goal.goal}), {goal.verdict}", flush=True)
    options.results.write_text(results(options, reports, failures, cores), encoding="utf-8")
    print(f"wrote {options.results}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
