"""The language that a person reads: English, or Korean by a catalogue of sentences.

The library says everything in English. Where words are printed, or laid out on a page, they pass
through `translated`. Data for programs (CSV, JSON, TOML, names of files) never does.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

LANGUAGES = ("en", "ko")
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
NAMES = {"korean": "ko"}  # as Windows calls them

_chosen = "en"


def chosen() -> str:
    """Return the language in use: a code of `LANGUAGES`.

    Example:
        >>> chosen()
        'en'
    """
    return _chosen


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Use a language inside the block.

    Example:
        >>> with speaking("ko"):
        ...     translated("Learning rate.")
        '학습률.'
    """
    global _chosen
    before, _chosen = _chosen, language
    try:
        yield
    finally:
        _chosen = before


def translated(words: str) -> str:
    """Return a sentence in the language in use; as it is if there is no translation.

    Example:
        >>> translated("stride must be at least 1; got 0")
        'stride must be at least 1; got 0'
        >>> with speaking("ko"):
        ...     translated("stride must be at least 1; got 0")
        'stride는 1 이상이어야 한다: 받은 값 0'
    """
    if _chosen == "en":
        return words
    from badak.languages.catalogue import catalogue  # English needs none

    return catalogue(_chosen).translated(words)


def of_environment(variables: Mapping[str, str] = os.environ) -> str:
    """Return the language that the environment names, if it is one of ours; else English.

    Example:
        >>> of_environment({"LANG": "ko_KR.UTF-8"}), of_environment({"LC_ALL": "C", "LANG": "ko"})
        ('ko', 'en')
    """
    words = next((variables[name] for name in VARIABLES if variables.get(name)), "")
    if not words and sys.platform == "win32":  # these variables are rare there
        import locale

        words = locale.getlocale()[0] or ""
    code = words.lower().split(".")[0].split("_")[0]
    code = NAMES.get(code, code)
    return code if code in LANGUAGES else "en"
