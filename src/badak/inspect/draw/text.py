"""Names in pictures: as plain text (`plain`, `shorten`), in a font that has them (`fonts_for`)."""

import unicodedata
import warnings
from functools import cache
from pathlib import Path

from badak.terminal import printable

LONGEST = 30  # the maximum width of a drawn name, in Latin letters
# Searched first, in this order: they have Korean, Chinese or Japanese in an even weight.
PREFERRED = (
    "Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "Malgun Gothic", "Apple SD Gothic Neo",
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Microsoft YaHei", "PingFang SC", "Hiragino Sans",
    "Yu Gothic", "Meiryo", "WenQuanYi Micro Hei", "IPAGothic",
)  # fmt: skip
# Matplotlib's own font of this name has a box for every character.
BOXES = "Last Resort"
# Characters that no font has and that a warning has named.
_warned: set[str] = set()


def plain(name: str, longest: int = LONGEST) -> str:
    r"""Return the text that Matplotlib draws as the name itself.

    A dollar does not start mathematics, an underscore does not hide the label from a legend,
    control characters are escaped, and a long name loses its middle.

    Example:
        >>> print(plain("cat"), plain("$$"), plain("_rest_"), plain("line\n"))
        cat \$\$  _rest_ line\n
    """
    text = shorten(name, longest).replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text


def shorten(name: str, longest: int = LONGEST) -> str:
    """Return the name with control characters escaped, and without its middle if it is long.

    Example:
        >>> shorten("a photo of a rhinoceros", 11), shorten("밑바닥부터 시작하는", 9)
        ('a pho…ceros', '밑바…하는')
    """
    # Decomposed Hangul, as macOS writes file names, has no glyphs of its own.
    text = printable(unicodedata.normalize("NFC", name))
    if len(text) <= longest and width_of(text) <= longest:
        return text
    ends = (f"{text[: n - n // 2]}…{text[len(text) - n // 2 :]}" for n in range(longest, 0, -1))
    return next(cut for cut in ends if width_of(cut) <= longest)


def width_of(text: str) -> int:
    """Return a text's width in Latin letters: Hangul, kana and Hanja count double.

    Example:
        >>> width_of("cat"), width_of("고양이")
        (3, 6)
    """
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text)


def fonts_for(text: str, font: str) -> list[str]:
    """Return installed fonts that have the letters a font lacks; warn once if there are none."""
    from matplotlib.font_manager import get_font

    letters = sorted({letter for letter in text if not letter.isascii() and letter.isprintable()})
    lacking = [letter for letter in letters if not get_font(font).get_char_index(ord(letter))]
    paths = {letter: font_of(letter) for letter in lacking}
    _caution("".join(letter for letter, path in paths.items() if path is None))
    names = (get_font(path).family_name for path in paths.values() if path is not None)
    return list(dict.fromkeys(names))


@cache
def font_of(character: str) -> str | None:
    """Return the path of an installed font that has a character; None if no font has it."""
    from matplotlib.font_manager import get_font

    for path in _installed():
        if get_font(path).get_char_index(ord(character)):
            return path
    return None


@cache
def _installed() -> list[str]:
    """The paths of all upright fonts of normal weight, the preferred first.

    Matplotlib lists the fonts when it is first used; fonts installed since then are added.
    """
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = {font.fname for font in fontManager.ttflist}
    for path in sorted(set(findSystemFonts()) - known):
        try:
            fontManager.addfont(path)
        except Exception:  # a damaged font file of the system is skipped
            continue
    usual = [
        font
        for font in fontManager.ttflist
        if (font.style, font.weight) in (("normal", 400), ("normal", "normal"))
        and not font.name.startswith(BOXES)
        and Path(font.fname).exists()
    ]
    places = {name: place for place, name in enumerate(PREFERRED)}
    usual.sort(key=lambda font: (places.get(font.name, len(places)), font.name))
    return [font.fname for font in usual]


def _caution(lacking: str) -> None:
    """Warn, for the first such name only, which characters no font has."""
    if lacking and not _warned:
        _warned.update(lacking)
        warnings.warn(
            f"no installed font has the characters {plain(lacking)}: pictures show boxes "
            "instead of such characters; install one that has them, for Korean, Chinese and "
            "Japanese such as Noto Sans CJK (Debian and Ubuntu: apt-get install fonts-noto-cjk)",
            stacklevel=2,
        )
