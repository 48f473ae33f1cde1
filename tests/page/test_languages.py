"""The page's words: the same keys and values in each language; each key is used, and exists."""

import re

import pytest

import node
from badak.page.bundle import STATIC

LANGUAGES = ("en", "ko")
VALUE = re.compile(r"\{(\w+)\}")


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """Language -> key such as "draw.clear" -> text."""
    folder = tmp_path_factory.mktemp("words")
    return {
        name: dict(flat(node.run(f"languages/{name}.js", f"console.log(JSON.stringify({name}))",
                                 folder)))
        for name in LANGUAGES
    }  # fmt: skip


@pytest.fixture(scope="module")
def code():
    """All modules that are not words."""
    paths = [path for path in STATIC.rglob("*.js") if path.parent.name != "languages"]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def flat(entries, above=""):
    for key, entry in entries.items():
        if isinstance(entry, dict):
            yield from flat(entry, f"{above}{key}.")
        else:
            yield f"{above}{key}", entry


def test_both_languages_have_the_same_keys_and_values(words):
    english, korean = (words[name] for name in LANGUAGES)
    assert list(english) == list(korean)
    for key, text in english.items():
        assert text.strip()
        assert korean[key].strip()
        assert set(VALUE.findall(text)) == set(VALUE.findall(korean[key])), key


def test_every_key_in_the_code_exists(words, code):
    sections = "|".join({key.split(".")[0] for key in words["en"]})
    quoted = set(re.findall(rf'[^/\w]"((?:{sections})\.[\w.]+)"', code))
    assert {key for key in quoted if not key.endswith(".js")} <= set(words["en"])
    assert set(re.findall(r'\bt\(\s*"([^"]*)"', code)) <= set(words["en"])


def test_every_key_is_used(words, code):
    quoted = set(re.findall(r'"([\w.]+)"', code))
    beginnings = tuple(re.findall(r"`([\w.]+\.)\$\{", code))  # t(`tabs.${view.name}`)
    unused = {key for key in words["en"] if key not in quoted and not key.startswith(beginnings)}
    assert unused == set()


def test_korean_is_written_in_korean(words):
    """A text may stay as it is if it has no words: a sign, a number, a name."""
    same = {key for key, text in words["en"].items() if words["ko"][key] == text}
    assert [key for key in same if re.search(r"[a-z]{3,} [a-z]{3,}", words["en"][key])] == []


@pytest.mark.parametrize(
    ("search", "browser", "language"),
    [
        ("?language=ko", ["en-US"], "ko"),
        ("?language=fr", ["en-US", "ko"], "en"),
        ("", ["fr", "ko-KR", "en"], "ko"),
        ("", [], "en"),
    ],
)
def test_the_address_may_ask_for_a_language(search, browser, language, tmp_path):
    code = f"""
      globalThis.location = {{ search: "{search}" }};
      Object.defineProperty(globalThis, "navigator", {{ value: {{ languages: {browser} }} }});
      console.log(JSON.stringify(firstLanguage()));
    """
    assert node.run("words.js", code, tmp_path) == language
