"""Each language's site builds whole, every notebook run, and its pages hold together.

Both are in one file, so that one process builds them: the second takes the notebooks' results from
the first.
"""

import json

import pytest

import built_site as sites

pytestmark = pytest.mark.timeout(1800)  # the first one builds a site and runs all notebooks
both = pytest.mark.parametrize("language", ["en", "ko"])


@both
def test_every_link_and_anchor_leads_somewhere(site, language):
    assert sites.broken_links(site(language)) == []


@both
def test_nothing_is_loaded_from_another_host(site, language):
    assert sites.from_other_hosts(site(language)) == []


@both
def test_links_to_other_hosts_are_well_formed(site, language):
    assert sites.odd_addresses(site(language)) == []


@both
def test_each_page_has_one_title_and_its_language(site, language):
    pages = sites.pages(site(language))
    assert len(pages) > 50
    assert [page.path.name for page in pages if page.headings != 1] == []
    assert {page.language for page in pages} == {language}


@both
def test_the_live_page_is_there(site, language):
    live = (site(language) / "live" / "digits.html").read_text(encoding="utf-8")
    assert "<title>digits</title>" in live
    shown = [page.path.stem for page in sites.pages(site(language)) if _frames(page.path)]
    assert len(shown) >= 6


def _frames(path):
    return '<iframe src="../live/digits.html' in path.read_text(encoding="utf-8")


def test_both_languages_have_the_same_pages(site):
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
