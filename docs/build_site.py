# ruff: noqa: E501 - rules of style stay on one line
"""Make a site of the pages: plain HTML that opens from disk, with no network, script or font of others.

    python docs/build_site.py [--out out/site]

`docs/index.md` is the way in and decides the order of the pages at the side: its headings and links. Pages that it
does not name are made too, and can be reached by links. Files that pages link to are copied.
"""

from __future__ import annotations

import argparse
import html
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
ROOT_PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|#")

STYLE = """\
:root{--ink:#1c2733;--quiet:#566573;--line:#d5dde5;--fill:#f3f6f9;--link:#0b5394;--page:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#dfe7ee;--quiet:#9fb0bf;--line:#33424f;--fill:#1b2630;--link:#7db8ef;--page:#121a21}
img{background:#fff}}
*{box-sizing:border-box}
body{margin:0;color:var(--ink);background:var(--page);font:17px/1.55 system-ui,sans-serif}
a{color:var(--link)}
.skip{position:absolute;left:-99em}.skip:focus{left:1em;top:1em;background:var(--page);padding:.5em}
.all{display:grid;grid-template-columns:17rem minmax(0,1fr);max-width:76rem;margin:auto}
nav{padding:1.5rem 1rem;border-right:1px solid var(--line);font-size:.88rem}
nav h2{font-size:.8rem;margin:1.3rem 0 .3rem;color:var(--quiet);text-transform:uppercase;letter-spacing:.05em}
nav ul{list-style:none;margin:0;padding:0}nav li{margin:.25rem 0}
nav a{text-decoration:none}nav a[aria-current]{font-weight:700;color:var(--ink)}
nav summary{display:none}
main{padding:1.5rem 2.2rem 4rem;max-width:54rem;min-width:0}
h1{line-height:1.2}h2{margin-top:2.2rem;border-bottom:1px solid var(--line);padding-bottom:.2rem}
h2 a.here,h3 a.here{color:var(--quiet);text-decoration:none;font-weight:400;visibility:hidden}
h2:hover a.here,h3:hover a.here,a.here:focus{visibility:visible}
pre{background:var(--fill);border:1px solid var(--line);padding:.7rem .9rem;overflow-x:auto;font-size:.83rem;line-height:1.45}
code{font-family:ui-monospace,monospace;font-size:.9em}
figure{margin:1rem 0}figcaption{font-size:.8rem;color:var(--quiet);font-family:ui-monospace,monospace}
figure pre{margin:.2rem 0}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.88rem}
th,td{border:1px solid var(--line);padding:.3rem .55rem;text-align:left;vertical-align:top}th{background:var(--fill)}
img{max-width:100%;height:auto}
@media (max-width:52rem){.all{display:block}nav{border:0;border-bottom:1px solid var(--line);padding:.6rem 1rem}
nav summary{display:list-item;padding:.3rem 0}main{padding:1rem}}
@media print{nav,.skip,a.here{display:none}.all{display:block}}
"""
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' data: file:; style-src 'self' file:">
<title>{title} - Havenward</title>
<link rel="stylesheet" href="{up}site.css">
</head>
<body>
<a class="skip" href="#main">To the text</a>
<div class="all">
<nav aria-label="Pages"><details open><summary>Pages</summary>
<p><a href="{up}index.html"><strong>Havenward</strong></a></p>
{menu}
</details></nav>
<main id="main">
{body}
</main>
</div>
</body>
</html>
"""


@dataclass(frozen=True)
class Entry:
    """A line of the menu: a heading, or a page with what it is called."""

    words: str
    page: Path | None = None


def main(arguments: list[str] | None = None) -> int:
    """Make the site; see the head of this file."""
    parser = argparse.ArgumentParser(description="Make a site of the pages that opens from disk.")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "site", help="folder, made anew")
    out = parser.parse_args(arguments).out
    print(f"{build_site(out)} pages: {out / 'index.html'}")
    return 0


def build_site(out: Path) -> int:
    """Make the site in a folder, which is made anew; gives the number of pages.

    Raises
    ------
    SystemExit
        The folder holds something else than a site that was made here.
    """
    if out.exists() and any(out.iterdir()) and not (out / "site.css").is_file():
        message = f"{out}: holds other files; expected a new or empty folder, or an older site; name another with --out"
        raise SystemExit(message)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / "site.css").write_text(STYLE, encoding="utf-8")
    menu = read_menu(DOCS / "index.md")
    pages = [*sorted(DOCS.rglob("*.md")), *(ROOT / name for name in ROOT_PAGES)]
    for page in pages:
        to = out / place_of(page)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(compose_page(page, menu, out), encoding="utf-8", newline="\n")
    return len(pages)


def read_menu(index: Path) -> list[Entry]:
    """Read headings and pages from the way in."""
    entries = []
    for line in index.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            entries.append(Entry(line[3:]))
        elif link := re.match(r"- \[(.+?)\]\((.+?)\)", line):
            entries.append(Entry(link[1], (index.parent / link[2]).resolve()))
    return entries


def place_of(path: Path) -> Path:
    """Say where a page or file stands in the site: below `docs` as there, others below `project`."""
    inside = path.relative_to(DOCS) if path.is_relative_to(DOCS) else Path("project") / path.relative_to(ROOT)
    return inside.with_suffix(".html") if path.suffix == ".md" else inside


def compose_page(page: Path, menu: list[Entry], out: Path) -> str:
    """Make the HTML of a page, and copy what it links to."""
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.add_render_rule("table_open", lambda *_: '<div class="wide"><table>\n')
    reader.add_render_rule("table_close", lambda *_: "</table></div>\n")
    reader.add_render_rule("fence", show_fence)
    tokens = reader.parse(COMMENT.sub("", page.read_text(encoding="utf-8")))
    here = place_of(page).parent
    title = give_anchors(tokens)
    for token in walk(tokens):
        for name in ("href", "src"):
            target = token.attrGet(name)
            if isinstance(target, str) and not OUTSIDE.match(target):
                token.attrSet(name, lead(page, target, here, out))
    up = "../" * len(here.parts)
    return PAGE.format(
        title=html.escape(title),
        up=up,
        menu=show_menu(menu, page, up),
        body=reader.renderer.render(tokens, reader.options, {}),
    )


def show_fence(self: object, tokens: list[Token], index: int, options: object, env: object) -> str:  # noqa: ARG001 - called by the renderer
    """Show a block; one that is a file has its name above it."""
    words = tokens[index].info.split()
    block = f"<pre><code>{html.escape(tokens[index].content, quote=False)}</code></pre>\n"
    if len(words) > 1:
        added = " (added to its end)" if words[2:] == ["+"] else ""
        return f"<figure><figcaption>{html.escape(words[1])}{added}</figcaption>{block}</figure>\n"
    return block


def walk(tokens: list[Token]) -> Iterator[Token]:
    """Give all tokens, those inside of others too."""
    for token in tokens:
        yield token
        yield from walk(token.children or [])


def give_anchors(tokens: list[Token]) -> str:
    """Give each heading the anchor that links name it by; gives the first heading."""
    seen: dict[str, int] = {}
    title = ""
    for number, token in enumerate(tokens):
        if token.type != "heading_open":
            continue
        words = "".join(part.content for part in tokens[number + 1].children or [])
        title = title or words
        anchor = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        seen[anchor] = seen.get(anchor, 0) + 1
        token.attrSet("id", anchor if seen[anchor] == 1 else f"{anchor}-{seen[anchor] - 1}")
    return title


def lead(page: Path, target: str, here: Path, out: Path) -> str:
    """Turn a link between files into one between pages; copies a file, or all files of a folder."""
    name, mark, anchor = target.partition("#")
    path = (page.parent / name).resolve()
    if not path.exists() or not path.is_relative_to(ROOT):
        message = f"{page.relative_to(ROOT)}: the link {target} leads nowhere; expected a file; correct it"
        raise SystemExit(message)
    to = place_of(path)
    if path.is_dir():
        copy_folder(path, out / to)
        to /= "index.html"
    elif path.suffix != ".md":
        (out / to).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, out / to)
    return Path(os.path.relpath(to, here)).as_posix() + mark + anchor


def copy_folder(folder: Path, to: Path) -> None:
    """Copy the files of a folder and list them on a page: a site opened from disk shows no folders."""
    shutil.copytree(folder, to, dirs_exist_ok=True)
    names = sorted(path.relative_to(to).as_posix() for path in to.rglob("*") if path.is_file())
    items = "\n".join(f'<li><a href="{html.escape(name)}">{html.escape(name)}</a></li>' for name in names)
    up = "../" * (len(place_of(folder).parts))
    body = f"<h1>{html.escape(folder.name)}</h1>\n<ul>\n{items}\n</ul>"
    (to / "index.html").write_text(
        PAGE.format(title=html.escape(folder.name), up=up, menu="", body=body), encoding="utf-8", newline="\n"
    )


def show_menu(menu: list[Entry], page: Path, up: str) -> str:
    """Write the menu; the page itself is marked."""
    lines: list[str] = []
    for entry in menu:
        if entry.page is None:
            lines += ["</ul>"] * (bool(lines)) + [f"<h2>{html.escape(entry.words)}</h2>", "<ul>"]
        else:
            at = ' aria-current="page"' if entry.page == page else ""
            lines.append(
                f'<li><a href="{up}{place_of(entry.page).as_posix()}"{at}>{html.escape(entry.words)}</a></li>'
            )
    return "\n".join([*lines, "</ul>"])


if __name__ == "__main__":
    sys.exit(main())
