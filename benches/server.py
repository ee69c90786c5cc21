"""A running `yandu serve`, and requests to it over one connection."""

import http.client
import json
import subprocess
import sys
import time
from pathlib import Path

from measure import Context, Failed

# The city of the tests, asked by people.
sys.path.append(str(Path(__file__).resolve().parent.parent / "crates/yandu/tests/cli"))
from rights import City, Somebody  # noqa: E402


class Server:
    """Started on a free port; `announced_s` and the first request are counted from the start of the process."""

    def __init__(
        self, context: Context, data: Path, packs: Path | None = None, settings: list[str] | None = None, wire: bool = False
    ):
        more = [word for setting in settings or [] for word in ("--set", setting)]
        command = context.command(
            "serve", "--listen", "127.0.0.1:0", *(["--pg-listen", "127.0.0.1:0"] if wire else []),
            "--json", "--log", "error", *more, data=data, packs=packs,
        )  # fmt: skip
        self.data, self.log = data, context.work / "server.log"
        self.begun = time.perf_counter()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        line = self.process.stdout.readline()
        self.announced_s = time.perf_counter() - self.begun
        if not line:
            raise Failed(f"`yandu serve` ended with {self.process.wait()}: {self.log.read_text()[:2000]}")
        host, port = json.loads(line)["address"].rsplit(":", 1)
        # Where the PostgreSQL protocol is spoken, when that is asked for.
        self.wire = json.loads(self.process.stdout.readline())["address"] if wire else None
        self.connection = http.client.HTTPConnection(host, int(port), timeout=1200)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.wait(timeout=60)

    @property
    def address(self) -> str:
        return f"http://{self.connection.host}:{self.connection.port}"

    def request(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> dict:
        return json.loads(self.read(method, path, body, headers))

    def read(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> bytes:
        content = None if body is None else json.dumps(body).encode()
        self.connection.request(method, path, content, {"content-type": "application/json", **(headers or {})})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status not in (200, 201, 202):
            raise Failed(f"{method} {path}: {answer.status} {text[:500].decode(errors='replace')}")
        return text

    def timed(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> tuple[float, dict]:
        """Milliseconds until the answer is read and parsed, and the answer."""
        begun = time.perf_counter()
        answer = self.request(method, path, body, headers)
        return (time.perf_counter() - begun) * 1000, answer

    def deliver(self, dataset: str, path: Path, mode: str) -> dict:
        """Collects a UTF-8 csv with a header to its end."""
        # Said, because the source of the dataset may say otherwise of its own files.
        form = {"encoding": "utf-8", "delimiter": ",", "header_row": 1}
        asked = {"dataset": dataset, "path": str(path), "mode": mode, **form}
        batch = self.request("POST", "/api/v1/batches", asked)["batch"]
        while True:
            detail = self.request("GET", f"/api/v1/batches/{batch}")
            if detail["status"] not in ("running", "committing"):
                return detail
            time.sleep(0.02)

    def query(self, sql: str, key: str | None = None) -> list[list]:
        """Rows, asked by whoever has the token or key."""
        headers = {"authorization": f"Bearer {key}"} if key else {}
        return self.request("POST", "/api/v1/query", {"sql": sql}, headers)["rows"]


class Town:
    """People of a running city that nobody administered before. They are known by their tokens, and the local administrator
    by the key in the data folder."""

    def __init__(self, server: Server, department: str):
        told, until = "", time.monotonic() + 30
        while "/claim#" not in told:
            if time.monotonic() > until:
                raise Failed(f"no link for the first administrator: {told[:500]}")
            time.sleep(0.05)
            told = server.log.read_text()
        self.city = City(server.address, told.split("/claim#")[1].split()[0], department)
        self.local = (server.data / "local.key").read_text()

    def token(self, account: str, *roles: str) -> Somebody:
        """Somebody new, known by a token: its `secret`, and over the wire its `login`."""
        return self.city.somebody(account, *roles).token()
