"""Korean particles after words that are known only when a sentence is put together."""

import re

# As translations write them -> after a consonant, after a vowel.
PARTICLES = {
    "은(는)": ("은", "는"),
    "이(가)": ("이", "가"),
    "을(를)": ("을", "를"),
    "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"),
    "(이)어야": ("이어야", "여야"),
    "(이)라": ("이라", "라"),
}
WRITTEN = re.compile("|".join(map(re.escape, PARTICLES)))
FIRST, LAST, FINALS, RIEUL = ord("가"), ord("힣"), 28, 8
# Digits as they are read: 0, 1, 3, 6, 7 and 8 end in a consonant, of which 1, 7 and 8 in ㄹ.
DIGITS = {"0": 1, "1": RIEUL, "3": 1, "6": 1, "7": RIEUL, "8": RIEUL}
# English words: most that end in these sounds keep the consonant in Korean (kernel, padding, bin).
# Words without a vowel are spelt (lr, png): the names of these letters end in a consonant.
SOUNDS = {"l": RIEUL, "m": 1, "n": 1, "ng": 1}
NAMES = {"l": RIEUL, "m": 1, "n": 1, "r": RIEUL}


def with_particles(words: str) -> str:
    """Choose each particle by the sound before it.

    Example:
        >>> with_particles("stride은(는) 'cat'을(를) 3(으)로 나눈 값(으)로 정한다")
        "stride는 'cat'를 3으로 나눈 값으로 정한다"
    """

    def particle(match: re.Match[str]) -> str:
        final = _final(words[: match.start()])
        after_consonant, after_vowel = PARTICLES[match[0]]
        if match[0] == "(으)로" and final == RIEUL:
            return after_vowel
        return after_consonant if final else after_vowel

    return WRITTEN.sub(particle, words)


def _final(words: str) -> int:
    """The final consonant of the last letter or digit, as a number; 0 if it has none."""
    letter = next((letter for letter in reversed(words) if letter.isalnum()), "")
    if letter and FIRST <= ord(letter) <= LAST:
        return (ord(letter) - FIRST) % FINALS
    if letter in DIGITS:
        return DIGITS[letter]
    word = re.findall(r"[a-z]*\Z", words.rstrip("'\"`)]}").lower())[0]
    if not re.search("[aeiouy]", word):
        return NAMES.get(word[-1:], 0)
    return SOUNDS.get(word[-2:], SOUNDS.get(word[-1:], 0))
