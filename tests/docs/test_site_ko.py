"""The Korean site builds whole, every notebook run, and its pages hold together."""

import json

import pytest

import built_site as sites

pytestmark = pytest.mark.timeout(1800)  # the first one builds the site and runs all notebooks


def test_every_link_and_anchor_leads_somewhere(site):
    assert sites.broken_links(site("ko")) == []


def test_nothing_is_loaded_from_another_host(site):
    assert sites.from_other_hosts(site("ko")) == []


def test_links_to_other_hosts_are_well_formed(site):
    assert sites.odd_addresses(site("ko")) == []


def test_each_page_has_one_title_and_its_language(site):
    pages = sites.pages(site("ko"))
    assert len(pages) > 50
    assert [page.path.name for page in pages if page.headings != 1] == []
    assert {page.language for page in pages} == {"ko"}


def test_the_live_page_is_there(site):
    live = (site("ko") / "live" / "digits.html").read_text(encoding="utf-8")
    assert "<title>digits</title>" in live


def test_the_other_language_has_the_same_pages(site):
    english, korean = (
        {page.path.relative_to(site(language)) for page in sites.pages(site(language))}
        for language in ("en", "ko")
    )
    assert english == korean


def test_korean_words_are_found_without_their_particles(site):
    """The index holds 필터 for 필터를 too; the script in the page shortens the query likewise."""
    index = (site("ko") / "searchindex.js").read_text(encoding="utf-8")
    assert json.dumps("필터") in index
    assert json.dumps("필터를") not in index
