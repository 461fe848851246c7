"""Pieces of text and bytes that have made readers stumble, by the kind of file that they belong into."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# what makes any reader of text think twice: marks, ends of lines, numbers at the edge, signs beyond ASCII
ANY = (
    b"\0", b"\n", b"\r", b"\r\n", b"\t", b" ", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xc3", b"\x85", b"\x1a",
    b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xed\xa0\x80", b"\xf0\x9f\x8f\x95", b"\xcc\x81", b"\xd9\xa3\xd9\xa4", b"\xc2\xb2",
    b"\xe2\x82\x82", b"\xe2\x91\xa0", b"\xef\xbc\x95", b"0", b"-1", b"-0", b"1e999", b"-1e999", b"1e-999", b"nan", b"inf",
    b"9" * 400, b"9" * 5000, b"2147483648", b"-2147483649", b"9223372036854775808", b"18446744073709551616", b"0x1f",
    b"1_000", b"1,000,000", b"1.000.000", b"1 000", b"0.1.2", b"%s", b"%n", b"{0}", b"{x.__class__}", b"${jndi:x}",
    b"../../x", b"..\\..\\x", b"/etc/passwd", b"C:\\x", b"file:///etc/passwd", b"http://127.0.0.1:9/x", b"/vsicurl/http://127.0.0.1:9/x",
    b"CON", b"NUL", b"=1+1", b"=cmd|' /C calc'!A0", b"@SUM(1)", b"<script>alert(1)</script>", b"' OR 1=1 --",
)  # fmt: skip
DAYS = (
    b"2024-02-30", b"0000-00-00", b"0001-01-01", b"9999-12-31", b"2024-13-01", b"31/12/2024", b"12/31/2024", b"1/2/24",
    b"2024-01-05T25:00:00Z", b"2024-01-05T00:00:00+99:99", b"45000", b"99999999", b"-1", b"1e5", b"Jan 2024", b"2024", b"2024-W01",
)  # fmt: skip
TABLE = (
    b",", b";", b"|", b'"', b'""', b'"""', b'","', b"#adm1+name", b"#affected+idps", b"#date", b"#loc+name", b"#geo+lat",
    b"#meta", b"#", b"total", b"TOTAL", b"n/a", b"NA", b"-", b"*", b"yes", b"TRUE", b"XN0201", b"Dorn Camp", b"location", b"persons",
)  # fmt: skip
TOML = (
    b"[", b"]", b"[[", b"]]", b"{", b"}", b"=", b"#", b"'", b"'''", b'"""', b"\\u0000", b"\\ud800", b"\\U00110000", b"[a.b.c]\n",
    b"[[assumption]]\n", b"[[scenario]]\n", b"[[scenario.event]]\n", b"components = [[]]\n", b"name = 3\n", b"true", b"[places]\n",
    b"published = 2024-02-30\n", b"published = 2024-01-01T10:00:00Z\n", b"published = 10:00:00\n", b"a.b = 1\n", b"x = [" * 30,
)  # fmt: skip
YAML = (
    b"&a ", b"*a", b"!!timestamp x", b'!!int ""', b'!!float ""', b"!!bool x", b"!!binary x", b"!!set {a}", b"!!omap [a]", b"!!pairs [a]",
    b"!!python/object:os.system x", b"<<: {}", b"<<: x", b"? [a]\n: b\n", b"? {a: b}\n: c\n", b"1:2:3", b".inf", b".nan", b"0o17",
    b"|\n x", b">\n x", b"---\n", b"...\n", b"%YAML 9.9\n", b"- ", b": ", b"[" * 60, b"{" * 60, b"move_rules:\n", b"2001-01-01", b"=",
)  # fmt: skip
JSON = (
    b"{", b"}", b"[", b"]", b":", b",", b"null", b"true", b'"\\ud800"', b'"\\u0000"', b"NaN", b"Infinity", b"-Infinity", b"1e400",
    b'{"data": []}', b'{"features": [null]}', b'{"type": "FeatureCollection", "features": [{}]}', b"[[[[]]]]", b'{"": {"": {}}}',
    b'"type"', b'"properties"', b'"geometry"', b'"coordinates"', b'"Polygon"', b'"GeometryCollection"', b'"crs"', b'"data"', b"[" * 200,
)  # fmt: skip
XML = (
    b"<", b">", b"</", b"/>", b"&", b"&amp;", b"&#0;", b"&#x110000;", b"&x;", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?xml version='1.0'?>",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"<!DOCTYPE x SYSTEM 'file:///etc/passwd'>", b" r='XFD1048576'", b' ref="A1:XFD1048576"',
    b' t="s"', b' t="d"', b' t="e"', b' t="b"', b' t="inlineStr"', b' s="99999"', b"<v>1e999</v>", b"<f>1+1</f>", b"<row/>", b"<c/>",
    b' gridSpan="9999"', b'<w:gridSpan w:val="99999"/>', b"<w:vMerge/>", b"<w:tbl/>", b"<w:tr/>", b"<w:tc/>", b"<w:p/>", b"<w:sdt/>",
)  # fmt: skip
HTML = (
    *XML, b"<table>", b"<tr><td>", b"<article>", b"<p>", b"<div>" * 50, b"<meta charset='utf-16'>", b"<meta charset='x'>",
    b"<meta property='article:published_time' content='2024-99-99'>", b"<time datetime='x'>", b"<script>", b"<style>", b"<svg>", b"<math>",
    b"<base href='http://127.0.0.1:9/'>", b"<meta http-equiv=refresh content='0;url=http://127.0.0.1:9/'>", b"<title>", b"<pre>", b"<ul><li>",
    b"<script type='application/ld+json'>{\"datePublished\": []}</script>", b"<td rowspan=99999 colspan=99999>", b"<h1>", b"<iframe src=x>",
)  # fmt: skip
PDF = (
    b"obj", b"endobj", b"stream\n", b"endstream", b"xref", b"trailer", b"startxref", b"%%EOF", b"/Type", b"/Page", b"/Pages", b"/Kids",
    b"/Parent", b"/Count 99999999", b"/Length -1", b"/Length 99999999", b"/Filter /FlateDecode", b"/Filter /LZWDecode", b"/Filter /ASCII85Decode",
    b"/Filter [/ASCIIHexDecode /RunLengthDecode]", b"/Filter /CCITTFaxDecode", b"/Filter /JBIG2Decode", b"/DecodeParms << /Predictor 15 /Columns 99999 >>",
    b"/Encrypt 1 0 R", b"1 0 R", b"2 0 R", b"3 0 R", b"4 0 R", b"99 0 R", b"<<", b">>", b"[", b"]", b"(", b")", b"<", b">", b"null", b"BT", b"ET",
    b"Tj", b"TJ", b"Tm", b"Do", b"/Prev 0", b"/XRefStm 9", b"/ObjStm", b"/N 9999", b"/First 9", b"/W [1 2 1]", b"/Index [0 99999]", b"/Root 3 0 R",
    b"/ToUnicode 4 0 R", b"/Type0", b"/DescendantFonts [5 0 R]", b"beginbfchar", b"endbfchar", b"beginbfrange", b"<0000> <ffff> <0000>", b"/Differences [0 /a]",
    b"/MediaBox [0 0 0 0]", b"/Rotate 1", b"BI /W 1 /H 1 ID x EI", b"9999999999 0 obj", b"1e99", b"--1", b"#00", b"/Info 2 0 R", b"/Title 2 0 R",
)  # fmt: skip
REPORT = (
    b"about", b"up to", b"at least", b"between", b" and ", b" million ", b"half a million", b"3,000", b"12,500", b"1.5 million", b"families",
    b"people", b"fled", b"displaced", b"per cent", b"two thirds of", b"of whom", b"Goma", b"Mosul", b"UNHCR said", b"on Friday", b"last week", b".", b"; ", b"(",
    b") ", b"\xe2\x80\x9c", b"\xe2\x80\x9d", b"\xe2\x80\x94", b"\n\n", b" | ", b"title: x\n", b"published: 2024-99-99\n", b"kind: paraphrase\n", b"1,00,000",
    b"one in five", b"since 5 March 2024", b"in 2016", b"no fewer than", b"hundreds of thousands", b"refugees", b"to Turkey", b"from Aleppo", b"killed", b"\xc2\xad",
)  # fmt: skip
FORM = (
    b"&", b"=", b"%00", b"%ff", b"%zz", b"+", b"\r\n--x\r\n", b"\r\n--x--\r\n", b'Content-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n',
    b"filename*=UTF-8''%ff", b'filename="../../x"', b'filename=""', b'name=""', b"Content-Type: text/csv\r\n", b"Content-Transfer-Encoding: base64\r\n", b"token=x",
)  # fmt: skip

WORDS: Mapping[str, tuple[bytes, ...]] = {
    "any": ANY,
    "table": ANY + DAYS + TABLE,
    "toml": ANY + DAYS + TOML,
    "yaml": ANY + DAYS + YAML,
    "json": ANY + DAYS + JSON,
    "xml": ANY + XML,
    "html": ANY + DAYS + HTML,
    "pdf": ANY + PDF,
    "report": ANY + DAYS + REPORT,
    "form": ANY + DAYS + FORM + TABLE,
}
