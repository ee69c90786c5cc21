"""The licences of everything that is linked into the program, and of what its pages are built from.

Writes `THIRD-PARTY.md`, a table of names, versions and licences, and `texts/`, each licence text once.
"""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

NAMES = ("license", "licence", "copying", "notice", "unlicense", "copyright")


def texts_of(folder):
    if not folder.is_dir():
        return []
    return sorted(
        path for path in folder.iterdir() if path.is_file() and path.name.lower().startswith(NAMES)
    )


def crates():
    """What `yandu` links: normal and build dependencies of this machine's platform."""
    host = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    host = next(line.split()[1] for line in host.splitlines() if line.startswith("host:"))
    metadata = json.loads(
        subprocess.run(
            ["cargo", "metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", host],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    )
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    open_ids = [id for id, package in packages.items() if package["name"] == "yandu" and package["source"] is None]
    seen = set(open_ids)
    while open_ids:
        for dependency in nodes[open_ids.pop()]["deps"]:
            kinds = {kind["kind"] for kind in dependency["dep_kinds"]}
            if kinds != {"dev"} and dependency["pkg"] not in seen:
                seen.add(dependency["pkg"])
                open_ids.append(dependency["pkg"])
    for id in seen:
        package = packages[id]
        if package["source"] is not None:
            folder = Path(package["manifest_path"]).parent
            yield package["name"], package["version"], package["license"] or "see text", texts_of(folder)


def modules():
    """What the pages are built from, without what only builds and tests them."""
    lock = Path("web/package-lock.json")
    if not lock.is_file():
        return
    for path, package in json.loads(lock.read_text())["packages"].items():
        if not path or package.get("dev") or package.get("optional"):
            continue
        name = path.rpartition("node_modules/")[2]
        yield name, package.get("version", ""), package.get("license", "see text"), texts_of(Path("web") / path)


def main():
    target = Path(sys.argv[1])
    (target / "texts").mkdir(parents=True, exist_ok=True)
    lines = ["# Third-party software", ""]
    for title, found in (("In the program", crates()), ("In the pages", modules())):
        lines += [f"## {title}", "", "| name | version | licence | texts |", "|---|---|---|---|"]
        for name, version, licence, texts in sorted(found):
            links = []
            for text in texts:
                content = text.read_bytes()
                kept = f"texts/{hashlib.sha256(content).hexdigest()[:16]}.txt"
                (target / kept).write_bytes(content)
                links.append(f"[{text.name}]({kept})")
            lines.append(f"| {name} | {version} | {licence} | {', '.join(links) or 'none shipped'} |")
        lines.append("")
    (target / "THIRD-PARTY.md").write_text("\n".join(lines))


main()
