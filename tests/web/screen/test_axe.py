"""axe-core finds no violation of level serious or critical in any view."""

import shutil
import subprocess
from pathlib import Path

import pytest

from browser import DIGITS, draw, painted

ROOT = Path(__file__).parents[3]
SERIOUS = ("serious", "critical")
RUN = """
async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.map(
  ({ id, impact, nodes }) => ({ id, impact, places: nodes.map((node) => node.html) }))
"""


@pytest.fixture(scope="session")
def axe() -> Path:
    """axe-core as one script."""
    if shutil.which("npm") is None:
        pytest.skip("there is no npm: apt-get install -y nodejs npm")
    found = subprocess.run(
        [ROOT / "tools/npm_packages"], check=True, capture_output=True, text=True
    )
    return Path(found.stdout.strip()) / "axe-core" / "axe.min.js"


def violations(page, axe):
    """The serious violations, each as its rule and the elements that break it."""
    page.evaluate(axe.read_text(encoding="utf-8"))
    found = page.evaluate(RUN)
    return {one["id"]: one["places"] for one in found if one["impact"] in SERIOUS}


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.mark.parametrize("locale", ["en-US", "ko-KR"])
def test_no_view_has_a_serious_violation(new_page, serve, axe, scheme, locale):
    page = new_page(color_scheme=scheme, locale=locale)
    page.goto(serve.address)
    page.locator("main h2").first.wait_for()
    links = page.locator("nav a").evaluate_all(
        "all => all.map((link) => link.getAttribute('href'))"
    )
    found = {}
    for link in links or ["#draw"]:
        page.evaluate("(link) => { location.hash = link; }", link)
        page.wait_for_load_state("networkidle")
        painted(page)
        if broken := violations(page, axe):
            found[link] = broken
    assert found == {}


def test_nor_has_the_exported_page(new_page, exported, axe, scheme):
    page = new_page(color_scheme=scheme)
    page.goto(exported)
    draw(page, DIGITS[1])
    page.locator("#verdict", has_text="%").wait_for()
    assert violations(page, axe) == {}


def test_axe_finds_what_is_wrong(page, axe):
    page.set_content("<html lang='en'><title>t</title><button></button><img src='data:,'></html>")
    assert {"button-name", "image-alt"} <= set(violations(page, axe))
