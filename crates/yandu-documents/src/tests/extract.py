"""Reads a document that the program wrote, with clients that nobody here wrote, and prints it as JSON.

extract.py pdf FILE     the text of each page, title, author and who took it, and whether every font is embedded, by pypdf
extract.py docx FILE    the paragraphs, the cells of the tables, the footnotes, title, author and who took it, by python-docx
"""

import json
import sys


def pdf(path):
    from pypdf import PdfReader

    reader = PdfReader(path)
    fonts = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            for below in font.get_object()["/DescendantFonts"]:
                descriptor = below.get_object()["/FontDescriptor"].get_object()
                embedded = any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3"))
                fonts[str(descriptor["/FontName"])] = embedded and "/ToUnicode" in font.get_object()
    return {
        "pages": [page.extract_text() for page in reader.pages],
        "sizes": [[float(page.mediabox.width), float(page.mediabox.height)] for page in reader.pages],
        "title": reader.metadata.title,
        "author": reader.metadata.author,
        "taken": reader.metadata.subject,
        "tagged": "/StructTreeRoot" in reader.trailer["/Root"],
        "links": sum(len(page.get("/Annots", [])) for page in reader.pages),
        "fonts": fonts,
    }


def docx(path):
    import docx as word
    from lxml import etree

    document = word.Document(path)
    notes = [part for part in document.part.package.iter_parts() if part.partname == "/word/footnotes.xml"]
    name = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    root = etree.fromstring(notes[0].blob)
    return {
        "paragraphs": [paragraph.text for paragraph in document.paragraphs],
        "tables": [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables],
        "notes": ["".join(text.text or "" for text in note.iter(f"{name}t")) for note in root.iter(f"{name}footnote")][2:],
        "links": len(notes[0].rels),
        "title": document.core_properties.title,
        "author": document.core_properties.author,
        "taken": document.core_properties.comments,
    }


print(json.dumps({"pdf": pdf, "docx": docx}[sys.argv[1]](sys.argv[2]), ensure_ascii=False))
