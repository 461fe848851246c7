"""How large or intricate a file may be before it is refused: one table, and the reason of each number.

What offices send stays far below each of these. What goes beyond is a mistake, or was made to keep a machine
busy or to fill its memory. `docs/explanation/fuzzing.md` has what hostile files of each kind cost.
"""

from __future__ import annotations

# -- reports: pages, not libraries ---------------------------------------------------------------------------
REPORT_BYTES = 64 * 2**20
REPORT_CHARACTERS = 4 * 2**20  # 1,500 pages
REPORT_PAGES = 500
REPORT_UNPACKED_BYTES = (
    256 * 2**20
)  # of a Word file; most of it are pictures, which are not unpacked in memory
# A page of a Word file has some 500 tags; each takes 150 bytes once it is read, and 2 microseconds.
REPORT_TAGS = 1_500_000
REPORT_BLOCKS = 200_000  # paragraphs and cells of tables
PAGE_BYTES = 10 * 2**20  # of a web page; the largest articles have 2 MB
# Articles have 2,000 to 8,000 tags. Looking for one among more takes time that grows with their square.
PAGE_TAGS = 30_000
PDF_STREAM_BYTES = 16_000_000  # unpacked, of one stream that holds text
PDF_OPERATIONS = 1_000_000  # of all pages together; a page of text has 500 to 5,000

# -- tables --------------------------------------------------------------------------------------------
TABLE_BYTES = 200_000_000  # a file of a case
IMPORT_BYTES = 500_000_000  # a file of another office
JSON_BYTES, JSON_OBJECTS = 100_000_000, 5_000_000  # each object takes 200 bytes and more
TABLE_CELL = 131_072  # characters; also the limit that Python's own csv reader has unless told otherwise
# Each cell that differs from its neighbours takes about 60 bytes: a gigabyte in all.
TABLE_CELLS = 20_000_000
IMPORT_ROWS, IMPORT_COLUMNS = 3_000_000, 2_000
PARQUET_TEXT_BYTES = 500_000_000  # of the cells once written out: a packed file can repeat one text for ever

# -- archives and workbooks ----------------------------------------------------------------------------
ARCHIVE_ENTRIES = 10_000  # a workbook has 50, a folder of shapefiles some hundred
ARCHIVE_BYTES = 1_500_000_000
# Sizes unpacked to packed above this, beyond `ARCHIVE_FREE_BYTES`, are no honest table: workbooks and
# shapefiles reach 30, and Deflate itself 1,000.
ARCHIVE_RATIO, ARCHIVE_FREE_BYTES = 200, 50_000_000
# Of a case, unpacked, and its tags: as many cells as a laptop holds at once.
WORKBOOK_BYTES, WORKBOOK_TAGS = 60_000_000, 4_000_000
# Cells that merged areas of a workbook may cover: the library makes an object of each.
MERGED_CELLS = 500_000
# Unpacked size and tags (four a cell) of a workbook that is read whole, with its merged cells: 10 seconds.
MERGED_BYTES, MERGED_TAGS = 40_000_000, 2_000_000

# -- settings ------------------------------------------------------------------------------------------
DOCUMENT_CHARACTERS = 2_000_000  # of a TOML file
# Points in one line of it, numbers left out: the time for a name such as a.b.c grows with their square.
DOCUMENT_POINTS = 200

# -- maps ----------------------------------------------------------------------------------------------
BOUNDARY_BYTES = 1_500_000_000
# An extract of OpenStreetMap unpacks to twice (PBF) or 15 times (XML) its size.
EXTRACT_RATIO, EXTRACT_FREE_BYTES = 60, 50_000_000
EXTRACT_NODES = 150_000_000  # of roads, 20 bytes each; Germany has 60 million

# -- the workbench -------------------------------------------------------------------------------------
UPLOAD_BYTES = 25_000_000
UPLOAD_UNPACKED_BYTES = 200_000_000  # a workbook of a million rows stays below
UPLOAD_ENTRIES = 5_000
UPLOAD_RATIO, UPLOAD_FREE_BYTES = 100, 20_000_000
