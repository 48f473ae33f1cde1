"""The Korean catalogue: complete for the help, true to the source, and put together rightly."""

import re
import string
import sys
from pathlib import Path

import pytest

from badak.languages import LANGUAGES, of_environment, speaking, translated
from badak.languages.catalogue import FOLDER, Catalogue, read
from badak.languages.particles import with_particles

sys.path.append(str(Path(__file__).parents[2] / "tools"))  # after tests: both have `messages`

import languages
from sentences import PLACE, of_module, sentences

PLACES = re.compile(r"(?<!\{)\{(\w+)")
ONLY_ENGLISH = {"s", "verb"}  # the ending of a plural, and its verb


@pytest.fixture(scope="module")
def korean():
    return [message for message in languages.catalogue() if message.id and message.string]


def test_catalogue_and_compiled_file_agree(korean):
    expected = {
        f"{message.context}\x04{message.id}" if message.context else message.id: message.string
        for message in korean
    }
    assert read(FOLDER / "ko.mo") == expected


def test_the_catalogue_has_the_sentences_of_the_source():
    in_catalogue = {m.id for m in languages.catalogue() if m.id and not m.context}
    gone, new = in_catalogue - sentences().keys(), sentences().keys() - in_catalogue
    assert not gone | new, f"run `python tools/languages.py`: gone {gone}, new {new}"


def test_each_message_names_where_it_is_from():
    """`--missing` prints the place of each that has no translation."""
    assert [
        m.id for m in languages.updated(languages.catalogue()) if m.id and not m.locations
    ] == []


def test_each_translation_has_the_places_of_its_sentence(korean):
    for message in korean:
        places, own = (set(PLACES.findall(text)) for text in (message.id, message.string))
        assert places - ONLY_ENGLISH == own - ONLY_ENGLISH, message.id


def test_no_translation_formats_its_places_again(korean):
    """They are words by then: a code such as ,.0f would raise an error."""
    for message in korean:
        fields = string.Formatter().parse(message.string)
        assert not any(code for _, _, code, _ in fields), message.string


def test_translations_are_korean(korean):
    # Names of things that are the same in Korean.
    same = {"FLOPs", "initializer {name}", "{what}: pip install 'badak[{extra}]'"}
    for message in korean:
        named = not re.search("[A-Za-z].*" * 6, PLACE.sub("", message.id))
        assert named or re.search("[가-힣]", message.string) or message.id in same, message.id
        assert not re.search("[해세]요[.!?]|습니다", message.string), "평서문: " + message.string


def test_most_of_the_catalogue_is_translated():
    messages = [message for message in languages.catalogue() if message.id]
    assert sum(bool(message.string) for message in messages) > 0.95 * len(messages)


@pytest.mark.parametrize(
    ("words", "korean"),
    {
        "lr must be finite and above 0; got nan": "lr은 유한한 수이고 0 초과여야 한다: 받은 값 nan",
        "weight must have shape (4,); got (5,)": "weight의 형상은 (4,)여야 한다: 받은 형상 (5,)",
        "Conv2d 'conv2': stride must be at least 1; got 0": (
            "Conv2d 'conv2': stride는 1 이상이어야 한다: 받은 값 0"
        ),
        "a.png is damaged; --skip-corrupt skips such images": (
            "a.png is damaged: 그런 이미지를 건너뛰려면 --skip-corrupt"
        ),
        "--split and --folds are two ways to divide the images: omit one of them": (
            "--split과 --folds는 이미지를 나누는 서로 다른 두 방법이다: 하나를 뺀다"
        ),
        "test accuracy 0.91 on 100 images after the last step; 6 steps, 1.4 s": (
            "시험 정확도 0.91, 이미지 100장에서, 마지막 스텝 뒤. 6스텝, 1.4초"
        ),
        "2 entries of the folder are not used": "폴더의 항목 2개를 쓰지 않는다",
        "nothing like any sentence of badak": "nothing like any sentence of badak",
        "my images": "my images",
        "my images/layer 3.png": "my images/layer 3.png",
    }.items(),
)
def test_a_finished_sentence_is_found_by_its_template(words, korean):
    with speaking("ko"):
        assert translated(words) == korean
    assert translated(words) == words


def test_an_unfinished_place_cannot_break_a_sentence():
    own = Catalogue({"{name} is never {what}": "{name}은(는) {what}이(가) 아니다"})
    assert own.translated("{a} is never {0} or }") == "{a}는 {0} or }가 아니다"
    long = "x is never " + "y " * 5000
    assert own.translated(long) == long


@pytest.mark.parametrize("mark", [", ", " and ", "; ", ": "])
def test_a_long_list_is_shown_as_it_is(mark):
    classes = mark.join(["a photo"] * 300)
    with speaking("ko"):
        assert translated(classes) == classes
        sentence = translated(f"Invalid value: {classes}")
    assert sentence == f"쓸 수 없는 값: {classes}"


def test_the_reader_of_the_source_finds_templates():
    code = (
        '"""No sentence: a docstring."""\n'
        "def f(x):\n"
        "    raise ValueError(f\"{x.name} has {len(rows):,} row{'s'[: n != 1]}\" + hint(x))\n"
        'word = "single"\n'
    )
    assert list(of_module(code)) == ["{name} has {rows:,} row{s}"]


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ko_KR"}, "ko"),
        ({"LANG": "ko", "LC_ALL": ""}, "ko"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "kok_IN"}, "en"),
    ],
)
def test_the_environment_chooses(variables, language):
    assert of_environment(variables) == language
    assert language in LANGUAGES


@pytest.mark.parametrize(
    ("word", "particle"),
    {
        "stride": "를",
        "padding": "을",
        "kernel": "을",
        "lr": "을",
        "a.png": "를",
        "x": "를",
        "3": "을",
        "2": "를",
        "10": "을",
        "'사과'": "를",
        "(귤)": "을",
        "(3, 4)": "를",
        "?": "를",
        "": "를",
        "''": "를",
    }.items(),
)
def test_a_particle_follows_the_sound_before_it(word, particle):
    assert with_particles(f"{word}을(를) 본다") == f"{word}{particle} 본다"


def test_a_particle_of_direction_has_a_rule_of_its_own():
    words = [with_particles(f"{word}(으)로") for word in ("1", "3", "칼", "감", "나무", "kernel")]
    assert words == ["1로", "3으로", "칼로", "감으로", "나무로", "kernel로"]
