"""A running `yandu serve`, and requests to it over one connection."""

import http.client
import json
import subprocess
import time
from pathlib import Path

from measure import Context, Failed


class Server:
    """Started on a free port; `announced_s` and the first request are counted from the start of the process."""

    def __init__(self, context: Context, data: Path, packs: Path | None = None, settings: list[str] | None = None):
        more = [word for setting in settings or [] for word in ("--set", setting)]
        command = context.command(
            "serve", "--listen", "127.0.0.1:0", "--json", "--log", "error", *more, data=data, packs=packs
        )
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        line = self.process.stdout.readline()
        self.announced_s = time.perf_counter() - self.begun
        if not line:
            raise Failed(f"`yandu serve` ended with {self.process.wait()}")
        host, port = json.loads(line)["address"].rsplit(":", 1)
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
        content = None if body is None else json.dumps(body).encode()
        self.connection.request(method, path, content, {"content-type": "application/json", **(headers or {})})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status not in (200, 201, 202):
            raise Failed(f"{method} {path}: {answer.status} {text[:500].decode(errors='replace')}")
        return json.loads(text)

    def timed(self, method: str, path: str, body: object = None) -> tuple[float, dict]:
        """Milliseconds until the answer is read and parsed, and the answer."""
        begun = time.perf_counter()
        answer = self.request(method, path, body)
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

    def query(self, sql: str) -> list[list]:
        return self.request("POST", "/api/v1/query", {"sql": sql})["rows"]
