"""Pages against the whole city, in Debian's Chromium on the same two cores: first paint of the shell with an empty cache, and
the catalogue and the page of the largest register until they show their data and take keys. The lake is that of the models
benchmark; `web/e2e/timing.mjs` measures inside the browser."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import models
from measure import Context, Failed, Goal, Report
from server import Server


def web(context: Context) -> Path:
    """The folder of the pages, where everything is there that opens them."""
    folder = context.here.parent / "web"
    browser = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    missing = [
        what for what, is_there in (
            ("Node.js", shutil.which("node")),
            ("the packages of web/package.json (`scripts/web.sh` installs them)", (folder / "node_modules/@playwright/test").is_dir()),
            (f"a browser at {browser} (`scripts/browser.sh` installs Debian's, CHROMIUM names another)", os.access(browser, os.X_OK)),
        ) if not is_there
    ]  # fmt: skip
    if missing:
        raise Failed(f"pages cannot be opened here without {', '.join(missing)}")
    return folder


def bench(context: Context) -> Report:
    data = context.work / models.DATA
    if not data.exists():
        raise Failed("it needs the lake of `models`: run that first")
    folder = web(context)
    report = Report("Pages", __doc__, header=["what", "ms"])
    with Server(context, data, settings=models.SETTINGS) as server:
        models.settled(server)
        ran = subprocess.run(
            ["node", "e2e/timing.mjs", server.address, "population.resident"],
            cwd=folder, capture_output=True, text=True, env={**os.environ, "ROUNDS": "7"}, timeout=300,
        )  # fmt: skip
    if ran.returncode != 0:
        raise Failed(f"timing.mjs ended with {ran.returncode}: {ran.stderr[-1500:]}")
    found = json.loads(ran.stdout.strip().splitlines()[-1])
    report.rows = [[name.removesuffix("_ms").replace("_", " "), f"{taken:.0f}"] for name, taken in found.items()]
    report.goals = [
        Goal("first paint of the shell", "< 1,000 ms", found["first_paint_ms"], 1000, "ms"),
        Goal("catalogue, interactive", "< 500 ms", found["catalogue_ms"], 500, "ms",
             why=f"{found['catalogue_cold_ms']} ms from a typed address"),
        Goal("page of the resident register, interactive", "< 500 ms", found["dataset_ms"], 500, "ms",
             why=f"{found['dataset_cold_ms']} ms from a typed address"),
    ]  # fmt: skip
    return report
