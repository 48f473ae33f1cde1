"""The English site builds whole, every notebook run, and its pages hold together."""

import pytest

import built_site as sites

pytestmark = pytest.mark.timeout(1800)  # the first one builds the site and runs all notebooks


def test_every_link_and_anchor_leads_somewhere(site):
    assert sites.broken_links(site("en")) == []


def test_nothing_is_loaded_from_another_host(site):
    assert sites.from_other_hosts(site("en")) == []


def test_links_to_other_hosts_are_well_formed(site):
    assert sites.odd_addresses(site("en")) == []


def test_each_page_has_one_title_and_its_language(site):
    pages = sites.pages(site("en"))
    assert len(pages) > 50
    assert [page.path.name for page in pages if page.headings != 1] == []
    assert {page.language for page in pages} == {"en"}


def test_the_live_page_is_there(site):
    live = (site("en") / "live" / "digits.html").read_text(encoding="utf-8")
    assert "<title>digits</title>" in live
    shown = [page.path.stem for page in sites.pages(site("en")) if _frames(page.path)]
    assert len(shown) >= 6


def _frames(path):
    return '<iframe src="../live/digits.html' in path.read_text(encoding="utf-8")
