"""Make the font that briefs are set in: Noto Sans with its Arabic and its signs in one file per weight.

    pip install fonttools
    apt-get download fonts-noto-core && dpkg -x fonts-noto-core_*.deb noto
    python lab/make_fonts.py noto/usr/share/fonts/truetype/noto src/havenward/brief/fonts

One file holds all scripts because a label of a chart mixes them ("150,000" and an Arabic word), and what sets
text inside SVG does not change fonts in the middle of a shaped run. The shipped files were made with
fonttools 4.68 from Debian's fonts-noto-core 20201225-1. The letters that it can show are written to
`coverage.txt`, so that a letter outside it is replaced and not set as an empty box.
"""

import sys
import tempfile
from itertools import groupby
from pathlib import Path

from fontTools.merge import Merger
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FAMILY = "Havenward Sans"
WEIGHTS = ("Regular", "Bold")
# Latin with its extensions and marks, Greek, Cyrillic, punctuation, currency; Arabic; arrows and signs
KEPT = {
    "NotoSans": (
        *((0x20, 0x7E), (0xA0, 0x36F), (0x370, 0x3FF), (0x400, 0x52F), (0x1E00, 0x1EFF)),
        *((0x2000, 0x209F), (0x20A0, 0x20BF), (0x2100, 0x214F), (0xFFFD, 0xFFFD)),
    ),
    "NotoSansArabic": (
        *((0x600, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF)),
        *((0xFB50, 0xFDFF), (0xFE70, 0xFEFE)),
    ),
    "NotoSansMath": ((0x2190, 0x21FF), (0x2200, 0x22FF)),
    "NotoSansSymbols2": ((0x25A0, 0x25FF),),
}
FEATURES = ["ccmp", "locl", "mark", "mkmk", "kern", "liga", "rlig", "calt", "init", "medi", "fina", "isol"]


def cut(source: Path, target: Path, wanted: set[int]) -> set[int]:
    """Write one font with the wanted letters only and give those that it really has."""
    options = Options()
    options.hinting = False
    options.layout_features = FEATURES
    options.notdef_outline = True
    # the tables of mathematics and of alternate metrics cannot be merged, and nothing here needs them
    options.drop_tables += ["MATH", "DSIG", "STAT", "gasp", "meta", "VDMX", "hdmx", "LTSH"]
    font = TTFont(source, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    font.save(target)
    return set(font.getBestCmap())


def make(source: Path, target: Path, weight: str) -> set[int]:
    """Write the font of one weight and give the letters that it can show."""
    shown: set[int] = set()
    with tempfile.TemporaryDirectory() as folder:
        parts = []
        for family, ranges in KEPT.items():
            name = f"{family}-{weight}.ttf"
            path = source / name if (source / name).exists() else source / f"{family}-Regular.ttf"
            wanted = {code for first, last in ranges for code in range(first, last + 1)} - shown
            part = Path(folder) / name
            shown |= cut(path, part, wanted)
            parts.append(str(part))
        font, latin = Merger().merge(parts), TTFont(parts[0])
    # lines are as far apart as in the Latin font: signs are taller, and would drive them from one another
    for name in ("ascent", "descent", "lineGap"):
        setattr(font["hhea"], name, getattr(latin["hhea"], name))
    typographic = ("sTypoAscender", "sTypoDescender", "sTypoLineGap", "sCapHeight", "sxHeight")
    for name in (*typographic, "usWinAscent", "usWinDescent"):
        setattr(font["OS/2"], name, getattr(latin["OS/2"], name))
    full = f"{FAMILY} {weight}"
    names = {1: FAMILY, 3: full, 4: full, 6: f"{FAMILY.replace(' ', '')}-{weight}"}
    for row in font["name"].names:
        row.string = names.get(row.nameID, row.string)
    file = target / f"HavenwardSans-{weight}.ttf"
    font.recalcTimestamp = False
    font.save(file)
    print(file.name, file.stat().st_size)
    return shown


def main(source: Path, target: Path) -> None:
    """Make both weights and write down what can be shown."""
    shown = set.intersection(*(make(source, target, weight) for weight in WEIGHTS))
    numbered = enumerate(sorted(shown))
    runs = [[code for _, code in run] for _, run in groupby(numbered, lambda pair: pair[1] - pair[0])]
    lines = [f"{run[0]:04X}-{run[-1]:04X}" for run in runs]
    (target / "coverage.txt").write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")
    print(len(shown), "letters")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
