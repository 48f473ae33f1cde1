"""A language's catalogue: finished English sentences become sentences of that language.

A message of the library is an f-string, whose places are filled when it is raised. The catalogue
has its template, such as ``{name} must be at least {minimum}; got {number}``, and finds the one
that a sentence was made from.
"""

import re
import struct
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path

from badak.languages.particles import with_particles
from badak.languages.template import Template

FOLDER = Path(__file__).parent
LONGEST = 4000  # characters that are searched for sentences
# The magic number of a compiled catalogue, and where it holds the number of sentences and the
# tables of sentences and translations, each an array of (length, offset).
MAGIC, ENTRY = 0x950412DE, 8
MOST = 10  # ways to understand words, of each kind
LONG_LIST = 100  # marks; words with more stay whole, because each mark is one level of recursion
# What stands between a place and its message or a message and advice, and between the parts of a
# list -> what stands between the translations.
SENTENCES = {": ": ": ", "; ": "; "}
LISTS = {", ": ", ", " + ": " + ", " and ": "이고 ", " or ": " 또는 "}
BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))
QUOTE = r"(?<!\w)'|'(?!\w)"  # but no apostrophe
# The context of single words that are translated inside sentences too.
INSIDE = "inside\x04"


@cache
def catalogue(language: str) -> "Catalogue":
    """Return a language's catalogue, read once."""
    return Catalogue(read(FOLDER / f"{language}.mo"))


def read(path: Path) -> dict[str, str]:
    """Read a compiled gettext catalogue: sentence -> translation."""
    content = path.read_bytes()
    magic, count, sentences, translations = struct.unpack_from("<I4xIII", content)
    if magic != MAGIC:
        raise OSError(f"{path} must be a little-endian catalogue")

    def text(table: int, number: int) -> str:
        length, offset = struct.unpack_from("<II", content, table + ENTRY * number)
        return content[offset : offset + length].decode()

    pairs = {text(sentences, k): text(translations, k) for k in range(count)}
    return {sentence: words for sentence, words in pairs.items() if sentence}


class Catalogue:
    """Translates sentences; a place of a template is translated in turn.

    Args:
        sentences: English sentence or template -> translation.

    Example:
        >>> own = Catalogue({"{path} cannot be read": "{path}을(를) 읽을 수 없다"})
        >>> own.translated("ant: photo 1.png cannot be read")
        'ant: photo 1.png를 읽을 수 없다'
    """

    def __init__(self, sentences: dict[str, str]) -> None:
        inside = {words: text for words, text in sentences.items() if words.startswith(INSIDE)}
        self._inside = {words.removeprefix(INSIDE): text for words, text in inside.items()}
        whole = {words: text for words, text in sentences.items() if words not in inside}
        self._exact = {_unfilled(words): _unfilled(text) for words, text in whole.items()}
        templates = [Template(words, text) for words, text in whole.items()]
        templates = [one for one in templates if one.usable]
        self._templates = sorted(templates, key=lambda one: (one.order, -one.weight))
        self._best = lru_cache(maxsize=4096)(self._best_of)

    def translated(self, words: str) -> str:
        """Return the sentence in this language, or as it is."""
        if exact := self._exact.get(words):
            return exact
        own = words.lstrip(" ")
        known, text = self._best(own)
        indented = known, words[: len(words) - len(own)] + text
        return max(indented, self._best(words), key=lambda way: way[0])[1]

    def _best_of(self, words: str) -> tuple[int, str]:
        """Return how much of the words is known, in signs, and them in this language."""
        if " " not in words.strip():
            text = self._inside.get(words)
            return (0, words) if text is None else (len(words), text)
        if len(words) > LONGEST:
            return 0, words
        if exact := self._exact.get(words):
            return len(words), exact
        ways = [(0, words), *self._apart(words, SENTENCES, MOST)]
        ways += [*self._made(words), *self._apart(words, LISTS, 1)]
        return max(ways, key=lambda way: way[0])  # the first of equal ones

    def _made(self, words: str) -> Iterator[tuple[int, str]]:
        """The words as made from templates; their places are translated, too."""
        found = 0
        for template in self._templates:
            places = template.places_in(words)
            if places is None:
                continue
            inside = {name: self._best(text) for name, text in places.items()}
            known = template.weight + sum(score for score, _ in inside.values())
            filled = template.filled({name: text for name, (_, text) in inside.items()})
            yield known, with_particles(filled)
            found += 1
            if found == MOST:
                return

    def _apart(self, words: str, marks: dict[str, str], most: int) -> Iterator[tuple[int, str]]:
        """The words as two parts, at the first of each of the marks; a long list stays whole."""
        if sum(map(words.count, (*SENTENCES, *LISTS))) > LONG_LIST:
            return
        for mark, own in marks.items():
            for head, tail in islice(parted(words, mark), most):
                (left, before), (right, after) = self._best(head), self._best(tail)
                if own == mark or (left and right):
                    yield left + right, f"{before}{own}{after}"


def parted(words: str, mark: str) -> Iterator[tuple[str, str]]:
    """Part words at each mark that is in no brackets or quotes.

    Example:
        >>> list(parted("Adam(lr=1, eps=2), ReLU", ", "))
        [('Adam(lr=1, eps=2)', 'ReLU')]
    """
    for match in re.finditer(re.escape(mark), words):
        head = words[: match.start()]
        closed = all(head.count(left) == head.count(right) for left, right in BRACKETS)
        if closed and len(re.findall(QUOTE, head)) % 2 == 0:
            yield head, words[match.end() :]


def _unfilled(words: str) -> str:
    """A sentence without places, as it is read."""
    return re.sub(r"([{}])\1", r"\1", words)
