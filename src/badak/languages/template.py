"""A sentence with named places, found again in a finished one."""

import re
from functools import cached_property
from string import Formatter

# Fewer signs than this identify little: then the places must be numbers or single words.
CERTAIN, MARKED = 7, 4  # the second, if a semicolon is among them
# What a place that must be a number counts for.
COUNT = 3
NUMBER, WORD = r"[-+\d.,e]+%?|nan%?|-?inf%?", r"[^\s/\\]*"
# Places that only English has: the ending of a plural, and its verb.
OPTIONAL = {"s": "s?", "verb": "is|are|looks?"}
# An argument in advice, which the command line writes as its option: skip_corrupt=True.
ADVICE = r"(?<![\w/.])[a-z]\w*=(?:True|[A-Z]+)\b"
# The arguments that a sentence begins with, which become options too.
LEADING = r"^(?:\w+(?:, | and ))*\w+(?= (?:must|is|are|needs?) )"


class Template:
    """A sentence or template and its translation.

    Args:
        words: in English; ``{name}`` is a place.
        translation: with the same places.

    Attributes:
        continues: whether it continues another sentence, as ", and {count} more" does.
        order: of two that explain as much, the one of lower order is right: it is nearer to a part
            by itself.
        weight: how much it identifies: signs outside its places, and places that are numbers.

    Example:
        >>> one = Template("{name} must be {wanted}; got {value}", "{name}: {wanted}, {value}")
        >>> one.places_in("the stride must be odd; got 2")
        {'name': 'the stride', 'wanted': 'odd', 'value': '2'}
    """

    def __init__(self, words: str, translation: str) -> None:
        parsed = [(text, name) for text, name, _, _ in Formatter().parse(words)]
        self._parts, self._translation = parsed, translation
        self._numbers = {name for _, name, form, _ in Formatter().parse(words) if form}
        self.continues = words[0] in " ,;:"
        label = len(parsed) == 1 and words[0] != "{" and parsed[0][0].endswith(": ")
        self.order = 0 if label or self.continues else 1 if words[0] == "{" else 2
        literal = "".join(text for text, _ in parsed)
        signs = re.findall(r"\S", literal)
        marked = self.order == 0 or self._numbers or (";" in literal and len(signs) >= MARKED)
        self._certain = len(signs) >= CERTAIN or bool(marked)
        self.weight = len(signs) + COUNT * len(self._numbers)
        places = [name for _, name in parsed if name is not None]
        options = re.search(ADVICE, literal) or (parsed[0][0] and re.search(LEADING, literal))
        self.usable = bool((places or self.continues or options) and re.search(r"\w\w", literal))
        # What every such sentence contains, whatever options are called.
        plain = re.split(r"\s+|" + ADVICE, re.sub(LEADING, "", literal) if options else "")
        pieces = plain if options else [text.strip() for text, _ in parsed]
        self._anchor = max(pieces, key=len)

    def places_in(self, words: str) -> dict[str, str] | None:
        """Return what stands in each place of a sentence made from this template, or None."""
        if self._anchor not in words:
            return None
        match = self._pattern.fullmatch(words)
        return None if match is None else match.groupdict()

    def filled(self, places: dict[str, str]) -> str:
        """Put the translation together."""
        words = self._translation
        for group, token in self._options.items():
            words = re.sub(rf"(?<!\w){re.escape(token)}", f"{{{group}}}", words, count=1)
        head = places.get("head_", "") if self.continues else ""
        return head + words.format_map(places)

    @cached_property
    def _options(self) -> dict[str, str]:
        """Group of the pattern -> an argument in the text, which may be an option there."""
        leading = re.search(LEADING, self._parts[0][0])
        tokens = re.findall(r"\b(?!and\b)\w+", leading[0]) if leading else []
        for text, _ in self._parts:
            tokens += re.findall(ADVICE, text)
        return {f"option{number}_": token for number, token in enumerate(dict.fromkeys(tokens))}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        pattern = "(?P<head_>.*?)" if self.continues else ""
        groups = {token: group for group, token in self._options.items()}
        for number, (text, name) in enumerate(self._parts):
            for word in re.split(rf"(\s+|{ADVICE}|\w+)", text):
                if word in groups:
                    pattern += f"(?P<{groups.pop(word)}>{_as_option(word)})"
                else:
                    blank = r"\s+" if len(word) == 1 else r"\s{2,}"
                    pattern += blank if word.isspace() else re.escape(word)
            if name is not None:
                pattern += f"(?P<{name}>{self._content(name, number)})"
        return re.compile(pattern, re.DOTALL)

    def _content(self, name: str, number: int) -> str:
        if name in OPTIONAL:
            return OPTIONAL[name]
        if name in self._numbers:
            return NUMBER
        if self._certain:
            return ".*?"
        return WORD if self._parts[number][0].strip() else NUMBER + r"|\d+x\d+"


def _as_option(token: str) -> str:
    """A pattern of an argument in a message, or of the option that the command line makes of it."""
    name, given, value = token.partition("=")
    option = "--" + name.replace("_", "-")
    if not given:
        return f"{name}|{option}"
    value = "" if value == "True" else f" {value}"
    return f"{re.escape(token)}|`?(?:badak [\\w-]+ )?{option}{value}`?"
