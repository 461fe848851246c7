"""Text comes out of every format in order and unchanged, and what cannot be read says why."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from havenward.errors import CaseError
from havenward.reading.documents import decode, open_document, split_header
from havenward.reading.language import name_language


def make_pdf(columns: list[list[str]], *, text: bool = True) -> bytes:
    """Write a page with columns of lines, one after the other in the stream."""
    stream = "BT /F1 10 Tf 12 TL\n"
    for number, lines in enumerate(columns):
        stream += f"1 0 0 1 {50 + 250 * number} 780 Tm\n"
        stream += "".join(f"({line.replace('(', '[').replace(')', ']')}) Tj T*\n" for line in lines)
    stream = stream + "ET" if text else "0 0 10 10 re f"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            "/Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    body += (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF"
    ).encode("latin-1")
    return body


def make_docx() -> bytes:
    import docx

    word = docx.Document()
    word.core_properties.title = "Flash update 3"
    word.add_paragraph("Flash update 3")
    word.add_paragraph("Some 4,200 people reached the camp on Sunday.")
    table = word.add_table(rows=2, cols=2)
    for row, cells in enumerate((("Site", "Families"), ("North camp", "1,250"))):
        for column, cell in enumerate(cells):
            table.rows[row].cells[column].text = cell
    word.add_paragraph("More are expected.")
    buffer = io.BytesIO()
    word.save(buffer)
    return buffer.getvalue()


PAGE = """<!doctype html><html><head><title>Thousands leave the valley</title>
<meta property="article:published_time" content="2024-03-05"><meta property="og:site_name" content="Valley Post">
<script>var leak = 'ten million people';</script></head><body><nav>Home About</nav><article>
<h1>Thousands leave the valley</h1><p>About 12&nbsp;500 people have left the valley since Friday, the governor said.
They walked for two days and slept in schools on the way, according to the same office.</p>
<p>The Red Crescent expects up to 40,000 more to follow if the road stays open through the week.</p>
<table><tr><th>District</th><th>Families</th></tr><tr><td>Lower valley</td><td>1,900</td></tr></table>
</article><footer>Copyright</footer></body></html>"""


def put(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode("utf-8") if isinstance(data, str) else data)
    return path


def test_plain_text_is_left_as_it_is(tmp_path):
    text = "Title\n\nSome 22\u00a0000 people, 1.2 millio\u00adn\x07 in all.\n"
    document = open_document(put(tmp_path, "a.txt", text))
    assert document.text == text
    assert document.title == "Title"
    assert not document.extracted


def test_line_ends_become_one_newline_and_encodings_are_recognised():
    assert decode(b"\xef\xbb\xbfa\r\nb\rc") == ("a\nb\nc", ())
    assert decode("caf\u00e9".encode("utf-16"))[0] == "caf\u00e9"
    text, notes = decode(b"Some \x93many\x94 caf\xe9")
    assert text == "Some \u201cmany\u201d caf\u00e9"
    assert notes


def test_a_header_is_parted_from_the_text_only_where_every_line_is_one():
    document = split_header(
        "a.txt", "title: T\npublished: 2024-01-02\noutlet: O\nkind: paraphrase\n\nThe text."
    )
    assert (document.text, document.published, document.outlet) == ("The text.", date(2024, 1, 2), "O")
    assert document.kind == "paraphrase"
    whole = "title: T\nSome 300 people fled.\n\nMore."
    assert split_header("a.txt", whole).text == whole
    assert split_header("a.txt", "title: T\npublished: soon\n\nText.").notes


def test_what_the_user_says_counts_over_the_header(tmp_path):
    path = put(tmp_path, "a.txt", "title: T\npublished: 2024-01-02\noutlet: O\n\nText.")
    document = open_document(path, date(2024, 2, 3), "P")
    assert (document.published, document.outlet) == (date(2024, 2, 3), "P")


def test_a_page_gives_its_article_title_date_and_outlet(tmp_path):
    document = open_document(put(tmp_path, "page.html", PAGE))
    assert document.title == "Thousands leave the valley"
    assert document.published == date(2024, 3, 5)
    assert document.text.startswith("Thousands leave the valley")
    assert "12\u00a0500 people" in document.text or "12 500 people" in document.text
    assert "1,900" in document.text
    assert "ten million" not in document.text
    assert document.extracted


def test_a_page_without_an_article_gives_all_its_words(tmp_path):
    document = open_document(put(tmp_path, "p.htm", "<html><script>x</script><b>40 families</b></html>"))
    assert document.text.strip() == "40 families"


def test_the_columns_of_a_pdf_come_one_after_the_other(tmp_path):
    pdf = make_pdf(
        [["Situation report", "Some 3,000 people were dis-", "placed on Friday."], ["Second column"]]
    )
    document = open_document(put(tmp_path, "a.pdf", pdf))
    assert "3,000 people were displaced on Friday." in document.text
    assert document.text.index("displaced") < document.text.index("Second column")
    assert document.title == "Situation report"


def test_a_word_file_gives_paragraphs_and_tables_in_order(tmp_path):
    document = open_document(put(tmp_path, "a.docx", make_docx()))
    order = [document.text.index(words) for words in ("4,200", "North camp\t1,250", "More are expected")]
    assert order == sorted(order)
    assert document.title == "Flash update 3"


def zip_of_zeros() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * (300 * 2**20))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"   \n \n", "a.txt: there is no text in it; expected the words of a report; a scanned page needs text recognition first; give its text"),
        ("a.txt", b"\x00\x01\x02", "a.txt: the file is no text; expected one of .txt, .md, .html, .htm, .pdf, .docx; save the report as text or PDF"),
        ("a.pdf", b"%PDF-1.4 broken", "a.pdf: the PDF cannot be read (PdfStreamError); expected a whole PDF; open and save it again, or give its text"),
        ("a.pdf", make_pdf([], text=False), "a.pdf: there is no text in it; expected the words of a report; a scanned page needs text recognition first; give its text"),
        ("a.docx", b"no zip", "a.docx: the Word file cannot be read (BadZipFile); expected a .docx; open and save it again as .docx, or give its text"),
        ("a.docx", b"PK\x03\x04 torn", "a.docx: the Word file cannot be read (BadZipFile); expected a .docx; open and save it again as .docx, or give its text"),
        ("a.html", b"<html></html>", "a.html: there is no text in it; expected the words of a report; a scanned page needs text recognition first; give its text"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(tmp_path, name, data, message):
    with pytest.raises(CaseError) as caught:
        open_document(put(tmp_path, name, data))
    assert str(caught.value) == message


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    with pytest.raises(CaseError, match="it unpacks to 300 MB"):
        open_document(put(tmp_path, "a.docx", zip_of_zeros()))


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(CaseError, match=r"a\.txt: the file cannot be read \(No such file"):
        open_document(tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Plus de deux cent mille personnes ont fui la ville vers le pays voisin, selon les autorit\u00e9s, qui craignent que leur nombre ne soit plus grand dans les prochains jours.", "French"),
        ("M\u00e1s de dos mil personas han huido de la ciudad seg\u00fan las autoridades y se espera que el n\u00famero de desplazados sea mayor en los pr\u00f3ximos d\u00edas por los combates.", "Spanish"),
        ("\u0641\u0631 \u0622\u0644\u0627\u0641 \u0627\u0644\u0645\u062f\u0646\u064a\u064a\u0646 \u0645\u0646 \u0627\u0644\u0645\u062f\u064a\u0646\u0629", "Arabic script"),
        ("\u0422\u0438\u0441\u044f\u0447\u0438 \u043b\u044e\u0434\u0435\u0439 \u043f\u043e\u043a\u0438\u043d\u0443\u043b\u0438 \u0433\u043e\u0440\u043e\u0434", "Cyrillic script"),
        ("IDPs by site: Khazer 22,000; Hasansham 12,400; Debaga 31,000; Zelikan 1,250", "English"),
        ("300 fled", "English"),
        ("", "English"),
    ],
)  # fmt: skip
def test_the_language_is_named(text, language):
    assert name_language(text) == language
