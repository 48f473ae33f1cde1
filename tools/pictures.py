"""Make the pictures of the README and of the site's first page from a real run.

    BADAK_DATA=FOLDER python tools/pictures.py

It trains the book's run in a temporary folder, which takes minutes, and photographs the page of
`badak serve`, the filters as they grow and the run's report; it needs playwright and Chromium. Look
at each picture before you commit it.
"""

import io
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "site" / "static" / "images"
BADAK = (sys.executable, "-m", "badak")
BOOK = ("--limit-train", "5000", "--limit-test", "1000", "--snapshots", "50")
PLACE = "#follow?layer=conv1&channel=7&y=5&x=12"  # an edge that the filter answers
LARGEST = 250_000  # bytes
SHARP = 1.4  # pixels in a picture for one on the screen: 1240 become 1736, twice a README's width


def train(folder: Path) -> Path:
    """Train the book's run and draw its pictures."""
    run = folder / "runs" / "book"
    subprocess.run([*BADAK, "train", "mnist", *BOOK, "--run-dir", run], check=True)
    subprocess.run([*BADAK, "inspect", run], check=True)
    return run


@contextmanager
def served(run: Path) -> Iterator[str]:
    """Serve a run; yield the address."""
    words = [*BADAK, "serve", run, "--no-browser", "--port", "8917"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as server:
        try:
            for line in server.stdout or ():
                if address := re.search(r"http\S+", line):
                    yield address[0]
                    return
        finally:
            server.terminate()


def photograph(
    browser: Browser, address: str, name: str, height: int, language: str = "en-US", below: str = ""
) -> None:
    """Save the top of a page, or what stands below a heading."""
    context = browser.new_context(
        viewport={"width": 1240, "height": height}, device_scale_factor=SHARP, locale=language
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(2000)
    if below:
        heading = page.get_by_role("heading", name=below, exact=True)
        heading.evaluate("(it) => scrollTo(0, it.getBoundingClientRect().top + scrollY - 12)")
    save(Image.open(io.BytesIO(page.screenshot())), name)
    context.close()


def save(picture: Image.Image, name: str) -> None:
    """Save a picture, in fewer colours if it would be too large, and say how large it is."""
    path = IMAGES / f"{name}.png"
    picture = picture.convert("RGB")
    picture.save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        picture.quantize(256, Image.Quantize.MAXCOVERAGE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path}: {picture.width}x{picture.height}, {size:,} bytes")


def main(run: Path | None = None) -> None:
    """Make all pictures; of a run that there is, or of a new one."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="badak-pictures-"))
    try:
        run = run or train(folder)
        save(Image.open(run / "plots" / "filters_over_time.png"), "filters")
        program = shutil.which("chromium") or shutil.which("google-chrome")
        with sync_playwright() as playwright, served(run) as address:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            photograph(browser, address + PLACE, "page", 900)
            photograph(browser, address + PLACE, "page-ko", 900, "ko-KR")
            report = (run / "report.html").absolute().as_uri()
            photograph(browser, report, "report", 985, below="Why this class")
            browser.close()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
