"""A running `yandu serve`, and requests to it over one connection."""

import http.client
import json
import subprocess
import time
from pathlib import Path

from measure import Context, Failed


class Server:
    """Started on a free port; `announced_s` and the first request are counted from the start of the process."""

    def __init__(self, context: Context, data: Path, packs: Path | None = None):
        command = context.command("serve", "--listen", "127.0.0.1:0", "--json", "--log", "error", data=data, packs=packs)
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE)
        line = self.process.stdout.readline()
        self.announced_s = time.perf_counter() - self.begun
        if not line:
            raise Failed(f"`yandu serve` ended with {self.process.wait()}")
        host, port = json.loads(line)["address"].rsplit(":", 1)
        self.connection = http.client.HTTPConnection(host, int(port), timeout=120)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.wait(timeout=60)

    def request(self, method: str, path: str, body: object = None) -> dict:
        content = None if body is None else json.dumps(body).encode()
        self.connection.request(method, path, content, {"content-type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise Failed(f"{method} {path}: {answer.status} {text[:500].decode(errors='replace')}")
        return json.loads(text)

    def query(self, sql: str) -> list[list]:
        return self.request("POST", "/api/v1/query", {"sql": sql})["rows"]
