"""Runs commands and takes what each cost. Nothing heavy is imported here: a child that is forked from a large process
inherits its peak memory."""

import math
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path


class Failed(Exception):
    """A command that failed, or two sides that disagree."""


@dataclass
class Cost:
    wall: float
    cpu: float
    peak_mb: float
    out: str = ""


@dataclass
class Context:
    """What every benchmark is given."""

    yandu: Path
    packs: Path
    python: Path
    here: Path
    work: Path
    people: int
    check_rows: int
    postgres_rows: int
    entries: int
    columns: int
    runs: int

    def folder(self, name: str) -> Path:
        """A new, empty folder."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def command(self, *arguments: object, data: Path | None = None, packs: Path | None = None) -> list[str]:
        command = [str(self.yandu), "--packs", str(packs or self.packs), "--set", "threads=2"]
        if data is not None:
            command += ["--data", str(data)]
        return command + [str(argument) for argument in arguments]

    def peer(self, script: str, *arguments: object) -> list[str]:
        return [str(self.python), str(self.here / script), *[str(argument) for argument in arguments]]


@dataclass
class Goal:
    """One line of the table of results. `figure` and `limit` have the same unit; a lower figure is better unless told."""

    work: str
    goal: str
    figure: float
    limit: float | None
    unit: str = ""
    higher: bool = False
    why: str = ""

    @property
    def met(self) -> bool | None:
        if self.limit is None:
            return None
        return self.figure > self.limit if self.higher else self.figure <= self.limit

    @property
    def verdict(self) -> str:
        if self.met is None:
            return "no goal"
        if self.met:
            return "met"
        over, under = (self.limit, self.figure) if self.higher else (self.figure, self.limit)
        if under == 0:
            return "missed" + (f": {self.why}" if self.why else "")
        by = over / under
        return f"missed by a factor of {by:.2f}" + (f": {self.why}" if self.why else "")


@dataclass
class Report:
    title: str
    about: str
    goals: list[Goal] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    busy: tuple[float, float] = (0.0, 0.0)


COSTS = ["side", "run", "wall s", "CPU s", "peak MB"]


def run(command: list[str], env: dict[str, str] | None = None) -> Cost:
    """Runs a command to its end: wall seconds, CPU seconds (user and system, with its own children), peak memory."""
    # What earlier commands left to be written is written now, and not at the cost of this one.
    os.sync()
    with tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=err, env={**os.environ, **(env or {})}) as child:
            out = child.stdout.read()
            _, status, usage = os.wait4(child.pid, 0)
            wall = time.perf_counter() - begun
            child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            err.seek(0)
            tail = (err.read() + out)[-2000:].decode(errors="replace")
            raise Failed(f"`{' '.join(command)}` ended with {child.returncode}: {tail}")
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(wall, cpu, usage.ru_maxrss * 1024 / 1e6, out.decode())


def row(side: str, number: int, cost: Cost) -> list[str]:
    return [side, str(number), f"{cost.wall:.2f}", f"{cost.cpu:.2f}", f"{cost.peak_mb:.0f}"]


def median(values) -> float:
    return statistics.median(values)


def p99(values) -> float:
    """The value that 99 of 100 do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * 0.99) - 1)]


def ratio(ours: list[Cost], peer: list[Cost], of=lambda cost: cost.wall) -> float:
    """The median of the ratios of the runs that stood beside each other."""
    return median(of(a) / of(b) for a, b in zip(ours, peer, strict=True))


def busy_cores(seconds: float = 1.5) -> float:
    """How many cores work while nothing of ours runs. A load average would still remember our own work."""

    def ticks() -> tuple[int, int]:
        counts = [int(count) for count in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return sum(counts), counts[3] + counts[4]

    (all_before, idle_before), _ = ticks(), time.sleep(seconds)
    all_after, idle_after = ticks()
    return (1 - (idle_after - idle_before) / max(all_after - all_before, 1)) * (os.cpu_count() or 1)


def warm(*files: Path) -> None:
    """Brings files into the page cache, so that no side pays for the disk."""
    for file in files:
        with open(file, "rb") as stream:
            while stream.read(1 << 22):
                pass


def same(what: str, ours: object, peer: object) -> None:
    if ours != peer:
        raise Failed(f"{what}: ours {ours}, the peer {peer}")
