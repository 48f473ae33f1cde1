"""The site as tests see it: built whole, with warnings as errors, and its pages read."""

import re
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "docs"
HOST = re.compile(r"(\w[\w-]*\.)*\w[\w-]*(:\d+)?", re.ASCII)


def build(language: str, folder: Path) -> str:
    """Build one language whole, every notebook run, as `tools/docs` does; return its faults."""
    command = [
        sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html",
        "-c", str(SOURCES / "site"), "-D", f"language={language}", "-d", str(folder / "doctrees"),
        str(SOURCES / language), str(folder / language),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


@dataclass
class Page(HTMLParser):
    """What one page of HTML holds: links, targets, loaded files, headings."""

    path: Path
    language: str = ""
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    targets: set[str] = field(default_factory=set)
    headings: int = 0

    def __post_init__(self):
        super().__init__()
        self.feed(self.path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        values = {name: value or "" for name, value in attrs}
        self.targets.update(values[name] for name in ("id", "name") if name in values)
        if tag == "html":
            self.language = values.get("lang", "")
        elif tag == "h1":
            self.headings += 1
        elif tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag == "link" and values.get("rel") in ("stylesheet", "icon", "preload"):
            self.loaded.append(values["href"])
        elif "src" in values:
            self.loaded.append(values["src"])


def pages(folder: Path) -> list[Page]:
    """Read the pages of a language, without the live page and the theme's own files."""
    files = [path for path in folder.rglob("*.html") if path.parent.name not in ("live", "_static")]
    return [Page(path) for path in sorted(files)]


def broken_links(folder: Path) -> list[str]:
    """Return links to files and anchors that are not there, as "page: link"."""
    folder = folder.resolve()
    read = {page.path: page for page in pages(folder)}
    found = []
    for page in read.values():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.path.parent / unquote(parts.path)).resolve() if parts.path else page.path
            if not target.is_relative_to(folder):  # the other language: same names, says a test
                continue
            anchor = unquote(parts.fragment)
            anchored = not anchor or target not in read or anchor in read[target].targets
            if not (target.is_file() and anchored):
                found.append(f"{page.path.relative_to(folder)}: {link}")
    return found


def from_other_hosts(folder: Path) -> list[str]:
    """Return what pages and style sheets would load over the network."""
    found = [
        f"{page.path.relative_to(folder)}: {address}"
        for page in pages(folder)
        for address in page.loaded
        if urlsplit(address).netloc
    ]
    for sheet in folder.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        found += [str(sheet) for mark in ("url(http", "url(//", 'url("http') if mark in text]
    return found


def odd_addresses(folder: Path) -> list[str]:
    """Return links to other hosts that no browser could follow; CI has no network to try them."""
    found = []
    for page in pages(folder):
        for link in page.links:
            parts = urlsplit(link)
            if parts.netloc and not HOST.fullmatch(parts.netloc):
                found.append(f"{page.path.relative_to(folder)}: {link}")
            if parts.scheme not in ("", "http", "https", "mailto"):
                found.append(f"{page.path.relative_to(folder)}: {link}")
    return found
