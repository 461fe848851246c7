"""Makes the sound files that inputs are made from, out of the made-up worlds of the tests; run it when a format grows.

.venv/bin/python fuzz/make_seeds.py
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from harness import SEEDS, WORLDS  # noqa: E402

import constructed_imports as made  # noqa: E402 - tests are no package
import osm_worlds  # noqa: E402
import source_worlds as world  # noqa: E402
import test_flee_import  # noqa: E402
import toy_case  # noqa: E402
import worlds  # noqa: E402
from test_reading_documents import make_docx, make_pdf  # noqa: E402

REPORT = """\
title: Flash update 3
outlet: Agency
published: 2024-02-10
url: https://example.org/3
kind: paraphrase

Some 4,200 people reached Dorn Camp from Arda on Sunday, UNHCR said. Up to half a million others could flee Belen in the
coming weeks, of whom two thirds are children.

Site | Families | People
Corin | 120 | 600
Dorn Camp | 1,250 | 6,300

Between 20 and 30 per cent of the families had been displaced before. "At least 22 000 people," he said.
"""
PAGE = """\
<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Thousands flee Arda</title>
<meta property="article:published_time" content="2024-02-10T08:00:00Z"><meta property="og:site_name" content="Daily">
<link rel="canonical" href="https://example.org/a"><script type="application/ld+json">{"@type": "NewsArticle",
"datePublished": "2024-02-10", "author": [{"name": "A"}]}</script></head><body><nav><a href="/">Home</a></nav><article><h1>Thousands
flee Arda</h1><p>Some 4,200 people reached the camp at Dorn on Sunday, the agency said, and more are expected in the coming days.</p>
<table><tr><th>Site</th><th>Families</th></tr><tr><td>North camp</td><td>1,250</td></tr></table><ul><li>One &amp; two</li></ul>
<blockquote>At least 22,000 people had fled by Friday, according to officials.</blockquote></article><footer>x</footer></body></html>
"""
STANDARDS = (HERE.parent / "src/havenward/tables/standards.csv").read_text(encoding="utf-8").splitlines()


def put(target: str, name: str, content: str | bytes) -> None:
    """Write a seed."""
    path = SEEDS / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


def take(target: str, name: str, write) -> None:  # noqa: ANN001 - anything that writes to a path
    """Keep what something writes to a path."""
    path = SEEDS / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    write(path)


def make_worlds() -> None:
    """Write the folders that stand around a changed file."""
    from havenward.case.write import write_case

    write_case(world.NORLAND, WORLDS / "norland")
    toy_case.write_files(WORLDS / "toy", toy_case.TOY)
    test_flee_import.write_folder(WORLDS / "flee")
    extra = {
        "input_csv/registration_corrections.csv": "Camp_One,2020-01-02\n",
        "input_csv/demographics_age.csv": "#name,Default\n1,0.5\n2,0.5\n",
    }
    toy_case.write_files(WORLDS / "flee", extra)
    bench = WORLDS / "bench"
    toy_case.write_files(bench / "toy", toy_case.TOY)
    job = {
        "id": "0123456789abcdef", "kind": "import", "case": "toy", "arguments": {"kind": "sites"}, "state": "done", "asked": 1.0, "began": 2.0, "ended": 3.0,
    }  # fmt: skip
    before = hashlib.sha256(toy_case.TOY["stock.csv"].encode()).hexdigest()[:20]
    pending = {"version": "000001-20240101T000000", "before": {"stock.csv": before}, "gone": []}
    toy_case.write_files(
        bench,
        {
            "jobs/0123456789abcdef.json": json.dumps(job),
            "history/toy/pending/manifest.json": json.dumps(pending),
            "history/toy/pending/new/stock.csv": "item,location,quantity,available_from,published,source\n",
            "history/toy/pending/old/after.json": json.dumps({"stock.csv": "x"}),
        },
    )


def make_run() -> None:
    """Write a run folder, as small as one can be."""
    from havenward.pipeline import run_forecast
    from havenward.settings import ForecastSettings

    run_forecast(worlds.city(), ForecastSettings(worlds.START, 5, members=4), WORLDS / "run")
    (WORLDS / "run" / "run.log").unlink()


def make_reports() -> None:
    """Write reports in every format."""
    put("text", "report.txt", REPORT)
    put("text", "plain.txt", "Some 300 people fled Goma, UNHCR said. They went to Rwanda on 5 March 2024.\n")
    put("text", "utf16.txt", REPORT[:400].encode("utf-16"))
    put("text", "times.txt", toy_case.TOY["reports/2016-07-20-times.txt"])
    lines = [
        {"report": "a.txt", "published": "2024-02-10", "outlet": "A", "text": "Some 300 people fled Goma."},
        {"text": "x"},
    ]
    put("stream", "reports.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    put("html", "page.html", PAGE)
    put("html", "plain.html", "<html><body><p>Some 300 people fled.</p></body></html>")
    put("pdf", "report.pdf", make_pdf([["Some 4,200 people fled.", "To the camp"], ["A second column"]]))
    put("pdf", "streams.pdf", make_rich_pdf())
    put("docx", "report.docx", thin(make_docx()))
    for kind, data in (
        ("a.pdf", make_pdf([["x"]])),
        ("a.txt", b"text"),
        ("a.html", PAGE.encode()),
        ("a.csv", b"a,b\n1,2\n"),
    ):
        put("upload", kind, data)


def thin(data: bytes) -> bytes:
    """Leave out of a Word file what is large and never read: pictures and looks."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if "thumbnail" not in info.filename:
                content = old.read(info)
                if info.filename in ("_rels/.rels", "[Content_Types].xml"):
                    import re

                    content = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", content)
                new.writestr(
                    zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED
                )
    return stream.getvalue()


def make_rich_pdf() -> bytes:
    """Write a PDF with packed streams, an object stream, a font with its own map of signs, and a form."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(make_pdf([["Some 4,200 people fled."]]))))
    font = writer.pages[0]["/Resources"]["/Font"]["/F1"]  # type: ignore[index] - made above
    cmap = DecodedStreamObject()
    cmap.set_data(
        b"1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfrange <20> <7e> <0020> endbfrange 1 beginbfchar <80> <20ac> endbfchar"
    )
    font[NameObject("/ToUnicode")] = writer._add_object(cmap)  # noqa: SLF001 - there is no other way in
    form = DecodedStreamObject()
    form.set_data(b"BT /F1 9 Tf 1 0 0 1 50 50 Tm [(In) -200 (side)] TJ ET")
    form.update({NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Form")})
    form[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): writer.pages[0]["/Resources"]["/Font"]}
    )  # type: ignore[index]
    writer.pages[0]["/Resources"][NameObject("/XObject")] = DictionaryObject(
        {NameObject("/X1"): writer._add_object(form)}  # noqa: SLF001 - likewise
    )  # type: ignore[index]
    for page in writer.pages:
        page.compress_content_streams()
    writer.add_metadata({"/Title": "Flash update"})
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def make_tables() -> None:
    """Write tables of other offices in every format."""
    put("acled", "acled.csv", world.as_csv(world.EVENTS))
    put("acled", "acled.json", json.dumps({"success": True, "data": world.EVENTS[:3]}))
    put("dtm", "dtm.csv", world.as_csv(world.FIGURES))
    put("dtm", "sites.csv", world.as_csv(world.SITES))
    put("dtm", "ett.csv", world.as_csv(world.MOVEMENTS))
    put("dtm", "dtm.json", json.dumps({"isSuccess": True, "result": world.FIGURES}))
    take(
        "dtm",
        "sites.xlsx",
        lambda path: made.write_workbook(
            path,
            {"Sites": [list(world.SITES[0]), *[list(row.values()) for row in world.SITES]]},
            {"Sites": ["C2:C3"]},
        ),
    )
    put("unhcr", "series.csv", world.as_csv(world.REGISTERED))
    put("unhcr", "years.csv", world.as_csv(world.YEARS))
    put("unhcr", "series.json", json.dumps({"data": {"timeseries": world.REGISTERED}}))
    put("hapi", "idps.csv", world.as_csv(world.HAPI_IDPS))
    put("hapi", "events.csv", world.as_csv(world.HAPI_EVENTS))
    put("hapi", "idps.json", json.dumps({"data": world.HAPI_IDPS}))
    put("idmc", "idu.csv", world.as_csv(world.UPDATES))
    put("idmc", "idu.json", json.dumps(world.UPDATES))
    put(
        "idmc",
        "idu.geojson",
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": row,
                        "geometry": {"type": "Point", "coordinates": [20, 10]},
                    }
                    for row in world.UPDATES
                ],
            }
        ),
    )
    name = "2024-01-31-team-model"
    put("hubverse", f"{name}.csv", world.as_csv(world.OUTPUTS))
    import polars as pl

    take(
        "hubverse",
        f"{name}.parquet",
        lambda path: pl.DataFrame(world.OUTPUTS).write_parquet(
            path, compression="uncompressed", statistics=False
        ),
    )
    take(
        "hubverse",
        "2024-01-31-team-zstd.parquet",
        lambda path: (
            pl.DataFrame(world.OUTPUTS)
            .with_columns(pl.col("value").cast(pl.Float64), pl.col("origin_date").str.to_date())
            .write_parquet(path, row_group_size=2)
        ),
    )
    tagged = "Place,Code,People,Date\n#adm2+name,#adm2+code,#affected+idps+ind,#date\nCorin,XN0201,1200,2024-02-01\nDorn,XN0202,80,2024-02-01\n"
    put("hxl", "tagged.csv", tagged)
    put(
        "hxl",
        "sites.csv",
        "Site,Lat,Lon,Cap,Refugees\n#loc+name,#geo+lat,#geo+lon,#capacity,#affected+refugees\nNew Camp,10.5,20.4,900,55\n",
    )
    take(
        "hxl",
        "tagged.xlsx",
        lambda path: made.write_workbook(path, {"Data": [row.split(",") for row in tagged.splitlines()]}),
    )
    sites = 'Site name,Latitude,Longitude,Capacity,Individuals,Date,Status\nDorn Camp,11.2,20.6,"5,000",4200,2024-02-01,open\nNew Camp,10.9,20.7,300,,2024-02-01,planned\n'
    put("sites", "sites.csv", sites)
    take(
        "sites",
        "sites.xlsx",
        lambda path: made.write_workbook(
            path, {"Sites": [row.split(",") for row in sites.replace('"5,000"', "5000").splitlines()]}
        ),
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("sites.csv"), sites)
    put("sites", "sites.zip", stream.getvalue())
    put(
        "settings",
        "settings.toml",
        'source = "camps"\npublished = 2024-05-13\nsheet = "Sites"\ndates = "day first"\nmax_km = 300\nadd_towns = true\nbbox = "19,9,22,12"\n\n[places]\n"Dorn" = "dorn-camp"\n',
    )
    put(
        "ledger",
        "imports.csv",
        "source,table,key,columns,digest\nunhcr,observations,x,,abc\ncamps,locations,dorn-camp,capacity pcode,def\n",
    )
    put("needs", "standards.csv", "\n".join((STANDARDS[0], *STANDARDS[1:5])) + "\n")
    put(
        "needs",
        "costs.csv",
        "indicator,unit,unit_cost,currency,kg_per_unit,lead_time_days,source\nplaces,places,12.5,USD,3,20,offer\n",
    )
    put("online", "unhcr.json", json.dumps({"data": {"timeseries": world.REGISTERED}}))
    put("online", "hapi.json", json.dumps({"data": world.HAPI_IDPS}))
    put("online", "idmc.json", json.dumps(world.UPDATES))
    put("online", "dtm.json", json.dumps({"isSuccess": True, "result": world.FIGURES}))
    put("online", "acled.json", json.dumps({"success": True, "count": 2, "data": world.EVENTS[:2]}))


def make_maps() -> None:
    """Write boundaries and roads in every format."""
    import shapely

    shapes = [
        shapely.box(19.5, 9.5, 20.5, 10.4),
        shapely.box(20.5, 9.5, 21.5, 10.4),
        shapely.box(19.9, 10.5, 21.0, 11.6),
    ]
    columns = {
        "adm1_name": ["North"] * 3, "adm1_pcode": ["XN01", "XN01", "XN02"], "adm2_name": ["Arda", "Belen", "Corin"],
        "adm2_pcode": ["XN0101", "XN0102", "XN0201"], "valid_on": ["2023-01-01"] * 3,
    }  # fmt: skip
    for name in ("areas.geojson", "areas.fgb", "areas.gpkg"):
        take("cod", name, lambda path: made.write_areas(path, columns, shapes))
    folder = SEEDS / "cod" / "part"
    folder.mkdir()
    made.write_areas(folder / "areas.shp", columns, shapes)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            archive.writestr(zipfile.ZipInfo(part.name), part.read_bytes())
    put("cod", "areas.zip", stream.getvalue())
    shutil.rmtree(folder)
    put(
        "cod",
        "population.csv",
        'ADM2_PCODE,ADM2_EN,Year,T_TL,F_TL\nXN0101,Arda,2023,51000,25000\nXN0102,Belen,2023,"20,000",9000\n',
    )
    nodes = {n: (20 + n / 20, 10.0 + (n % 3) / 100) for n in range(1, 22)}
    nodes |= {100 + n: (20.5, 10 + n / 10) for n in range(13)}
    ways = [
        (1, list(range(1, 22)), {"highway": "primary", "name": "A1"}),
        (2, [10, *range(100, 113)], {"highway": "secondary", "bridge": "yes"}),
        (3, [110, 111], {"route": "ferry"}),
    ]
    places = [(900, (20.5, 10.02), {"place": "town", "name": "Edda", "population": "20,000"})]
    for name in ("roads.osm.pbf", "roads.osm", "roads.osm.gz", "roads.osm.bz2"):
        take("osm", name, lambda path: osm_worlds.write_osm(path, nodes, ways, places))


def make_workbench() -> None:
    """Write forms as browsers send them."""
    from havenward.case.load import load_case
    from havenward.case.new import workbook_from_case, write_template

    case = load_case(WORLDS / "toy")
    del case
    take("workbook", "toy.xlsx", lambda path: workbook_from_case(WORLDS / "toy", path))
    del write_template
    put(
        "web",
        "POST/cases/toy/figures.form",
        "figure=half-million&review=rejected&digest=&low=1&high=2&point=&note=x",
    )
    put("web", "POST/cases/toy/facts.form", "fact=flight&figure=half-million&review=accepted&digest=")
    put(
        "web",
        "POST/cases/toy/places/locations.form",
        "row=2&digest=&location=east&name=East&kind=origin&latitude=36&longitude=43&published=2016-06-01&source=plan&do=save",
    )
    put(
        "web",
        "POST/cases/toy/places/routes.form",
        "row=2&digest=&from=east&to=bridge&distance_km=9&mode=road&published=2016-06-01&source=plan&do=save",
    )
    put(
        "web",
        "POST/cases/toy/assumptions/operation_start.form",
        "distribution=uniform&low=10&high=20&unit=days+after&after=2016-07-01&reason=x&published=2016-07-01&digest=&sources=plan",
    )
    put(
        "web",
        "POST/cases/toy/runs.form",
        "origin_date=2016-10-16&horizon_days=30&members=200&track=C&scenario=slow&rules=havenward&priors=time-ordered&seed=1&name=one",
    )
    put("web", "POST/cases/toy/undo.form", "version=000001")
    put(
        "web",
        "POST/cases/toy/reports/confirm.form",
        "folder=x&name=a.txt&title=A&published=2024-01-01&outlet=B&text=Some+300+people+fled+Goma.",
    )
    put("web", "POST/cases.form", "name=new&title=New&country=IRQ&start=2024-01-01&how=empty")
    put("web", "POST/record.form", "case=toy&members=20&track=C&horizons=7")
    put("web", "GET/cases/toy/compare.form", "run=a&run=b")
    put("web", "GET/cases/toy/places.form", "table=locations&row=2&show=all")
    put("web", "GET/cases/toy/assumptions/operation_start/curve.form", "distribution=uniform&low=10&high=20")
    put("web", "GET/cases/toy/reports.form", "show=all&language=fr")
    put("web", "GET/cases/toy/facts.form", "show=open&language=ar")
    part = '--x\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
    upload = (
        part.format("files", '; filename="a.txt"\r\nContent-Type: text/plain', REPORT)
        + part.format("published", "", "2024-01-01")
        + part.format("outlet", "", "A")
        + "--x--\r\n"
    )
    put("web", "POST/cases/toy/reports/upload.form", upload)
    table = (
        part.format("files", '; filename="sites.csv"', "Site,Capacity\nDorn,5\n")
        + part.format("kind", "", "sites")
        + "--x--\r\n"
    )
    put("web", "POST/cases/toy/import.form", table)


def main() -> None:
    """Make everything anew."""
    for folder in (SEEDS, WORLDS):
        shutil.rmtree(folder, ignore_errors=True)
    make_worlds()
    make_reports()
    make_tables()
    make_maps()
    make_workbench()
    make_run()
    total = sum(
        path.stat().st_size for folder in (SEEDS, WORLDS) for path in folder.rglob("*") if path.is_file()
    )
    print(f"{total / 1e6:.2f} MB of seeds and worlds")


if __name__ == "__main__":
    main()
