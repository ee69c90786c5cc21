"""Reads the DCAT catalogue with `rdflib` and checks it with `pyshacl`. The server has the packs of the repository and two
deliveries. `dcat.py URL [SHAPES]`: without the folder of the shapes the rest is checked all the same."""

import json
import sys
from pathlib import Path

import requests
from pyshacl import validate
from rdflib import DCAT, DCTERMS, FOAF, RDF, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic

from ledger import Ledger

HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
SH = Namespace("http://www.w3.org/ns/shacl#")
HOSTILE = [
    "\"'''\"\"\"\\", "第一行\n第二行\t\r尾", "𪚥𠮷 Ext B 🏮👨‍👩‍👧", "<script>alert(1)</script>&amp;", "a > . ; <http://evil.example> b",
    "}] @prefix : <x> . \\u0000 \\\" $1", "\u202e倒\u200b", "{\"@id\": \"x\"}",
]
# Which shapes hold what: the core, the classes of values, the authority tables, and the whole profile in one file.
SHAPES = [["shapes.ttl"], ["range.ttl", "shapes.ttl"], ["mdr-vocabularies.shape.ttl"], ["deprecateduris.ttl"], ["dcat-ap-SHACL.ttl"]]

url = sys.argv[1]
ledger = Ledger(url)


def publish_all():
    for number, title in enumerate(HOSTILE):
        ledger.register(
            f"hostile.n{number}", title={"zh": title, "en": f"Hostile {number} {title}"}, about=title, owner=f"局{title[:6]}",
            origin="form", kind="file", grade="general-1", opening=["open", "conditional", "closed"][number % 3],
            refresh=["daily", "ten-daily", "half-yearly", "irregular"][number % 4], tags=[title, "tag"], division="320902",
            theme=title[:10], contact=f"{title} 0515-12345678 a{number}@x.cn", related=["population.resident"],
            columns=[{"name": "a", "title": {"zh": title}, "type": "text", "grade": "general-1"}],
            sharing={"class": "unconditional", "method": "download"},
        )
    left_out = ledger.register("hostile.draft", title={"zh": "草稿"}, owner="x")["id"]
    entries = ledger.all()
    for entry in entries:
        if entry["id"] != left_out:
            ledger.publish(entry["id"])
    published = {entry["id"]: entry for entry in ledger.all() if entry["status"] == "published"}
    assert len(published) == len(entries) - 1 and left_out not in published, published.keys()
    # What was published and has changed since is still in force.
    ledger.patch("population.resident", tags=["户籍"])
    published["population.resident"] = ledger.ask("GET", "/population.resident")
    assert published["population.resident"]["status"] == "changed"
    return published


def read(address, form):
    answer = requests.get(address, headers={"Accept": form})
    assert answer.ok and answer.headers["content-type"].startswith(form), (address, answer.status_code, answer.text[:500])
    return Graph().parse(data=answer.content, format={"text/turtle": "turtle", "application/ld+json": "json-ld"}[form])


def both(address):
    turtle, json_ld = read(address, "text/turtle"), read(address, "application/ld+json")
    assert isomorphic(turtle, json_ld), f"the two forms of {address} differ"
    return turtle


def harvest():
    """All pages, as a harvester follows them."""
    whole, address, pages = Graph(), f"{url}/dcat/catalog?limit=5", 0
    while address:
        page = both(address)
        view = page.value(URIRef(f"{url}/dcat/catalog"), HYDRA.view)
        assert view == URIRef(address), (view, address)
        assert len(set(page.objects(None, DCAT.dataset))) <= 5
        address = page.value(view, HYDRA.next)
        whole += page
        pages += 1
    assert pages > 3, pages
    return whole


def check_contents(graph, published):
    datasets = set(graph.objects(URIRef(f"{url}/dcat/catalog"), DCAT.dataset))
    assert datasets == {URIRef(f"{url}/dcat/dataset/{id}") for id in published}
    assert {int(total) for total in graph.objects(None, HYDRA.totalItems)} == {len(published)}
    for id, entry in published.items():
        node = URIRef(f"{url}/dcat/dataset/{id}")
        titles = {Literal(entry["title"][language], language) for language in ("zh", "en") if entry["title"].get(language)}
        assert set(graph.objects(node, DCTERMS.title)) == titles, id
        assert {str(tag) for tag in graph.objects(node, DCAT.keyword)} == set(entry["tags"]), id
        for one in (DCTERMS.publisher, DCAT.contactPoint, DCTERMS.accessRights, DCTERMS.accrualPeriodicity, DCTERMS.language):
            assert graph.value(node, one) is not None, (id, one)
        assert str(graph.value(graph.value(node, DCTERMS.publisher), FOAF.name)) == entry["owner"], id
        alone = both(str(node))
        for triple in alone:
            # What is known of deliveries may have grown meanwhile: sources are asked in the background.
            grows = triple[1] in (DCTERMS.modified, DCTERMS.temporal) or str(triple[0]).endswith("#period")
            assert grows or triple in graph, (id, triple)
    files = set(graph.objects(None, DCAT.downloadURL))
    assert len(files) > 10
    for file in files:
        assert requests.get(str(file)).ok, file
    frequencies = {str(one).rsplit("/", 1)[1] for one in graph.objects(None, DCTERMS.accrualPeriodicity)}
    assert frequencies >= {"DAILY", "MONTHLY_3", "ANNUAL_2", "IRREG"}, frequencies


def check_requests():
    refused = requests.get(f"{url}/dcat/catalog", headers={"Accept": "text/html"})
    assert (refused.status_code, refused.json()["code"]) == (406, "not-acceptable"), refused.text
    for absent in ("hostile.draft", "nothing"):
        assert requests.get(f"{url}/dcat/dataset/{absent}").status_code == 404
    assert requests.get(f"{url}/dcat/catalog?after=nonsense").status_code == 400
    for name, form in (("ttl", "text/turtle; charset=utf-8"), ("jsonld", "application/ld+json")):
        first = requests.get(f"{url}/dcat/catalog.{name}")
        assert first.headers["content-type"] == form
        again = requests.get(f"{url}/dcat/catalog.{name}", headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304, again.status_code
    assert "accept" in requests.get(f"{url}/dcat/catalog").headers["vary"]


def results(graph, shapes):
    _, report, _ = validate(graph, shacl_graph=shapes, inference="none", do_owl_imports=False, advanced=False)
    found = {SH.Violation: [], SH.Warning: [], SH.Info: []}
    # The results themselves; what led to one stands below it as details of their own.
    for result in report.objects(None, SH.result):
        told = [str(report.value(result, one)) for one in (SH.focusNode, SH.resultPath, SH.value, SH.resultMessage)]
        found[report.value(result, SH.resultSeverity)].append(told)
    return found[SH.Violation], found[SH.Warning]


def broken(graph):
    """The graph with one property broken, in several ways."""
    node = next(graph.subjects(RDF.type, DCAT.Dataset))
    for predicate in (DCTERMS.title, DCTERMS.description):
        without = Graph() + graph
        without.remove((node, predicate, None))
        yield f"a dataset without {predicate}", without
    without = Graph() + graph
    without.remove((graph.value(node, DCTERMS.publisher), FOAF.name, None))
    yield "a publisher without a name", without
    other = Graph() + graph
    other.set((node, DCTERMS.accrualPeriodicity, URIRef("http://example.org/often")))
    yield "a frequency of one's own", other
    other = Graph() + graph
    other.add((node, DCTERMS.accessRights, Literal("open")))
    yield "access rights that are a text", other


def check_shapes(graph, folder):
    warnings = {}
    loaded = []
    for names in SHAPES:
        shapes = Graph()
        for name in names:
            shapes.parse(folder / name)
        violations, warned = results(graph, shapes)
        assert not violations, (names, len(violations), violations[:5])
        for _, path, _, _ in warned:
            warnings[path] = warnings.get(path, 0) + 1
        loaded.append(shapes)
    whole = loaded[1] + loaded[2]
    for what, graph in broken(graph):
        violations, _ = results(graph, whole)
        assert violations, f"the shapes let pass {what}"
    return warnings


published = publish_all()
graph = harvest()
check_contents(graph, published)
check_requests()
told = {"datasets": len(published), "triples": len(graph)}
if len(sys.argv) > 2:
    told["warnings"] = check_shapes(graph, Path(sys.argv[2]))
print(json.dumps(told))
