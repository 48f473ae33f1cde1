"""Search in Korean: a word is found whatever particle follows it."""

from sphinx.application import Sphinx
from sphinx.search import SearchLanguage

# Longest first. What is left must keep two syllables: 필터를 -> 필터, but 나이 stays.
PARTICLES = (
    "에서는", "으로는", "에서", "에게", "으로", "까지", "부터", "처럼", "보다", "마다", "이다",
    "은", "는", "이", "가", "을", "를", "의", "에", "로", "와", "과", "도", "만",
)  # fmt: skip


class SearchKorean(SearchLanguage):
    """Splits at spaces and signs, as for every language, and takes particles off."""

    lang = "ko"
    language_name = "Korean"
    js_stemmer_code = f"""
var Stemmer = function () {{
  const ending = /^([\\uac00-\\ud7a3]{{2,}}?)({"|".join(PARTICLES)})$/;
  this.stemWord = (word) => word.replace(ending, "$1");
}};
"""

    def stem(self, word: str) -> str:
        """Return a Korean word without its particle, as the script does with the query."""
        word = word.lower()
        if all("가" <= letter <= "힣" for letter in word):
            for particle in PARTICLES:
                if word.endswith(particle) and len(word) - len(particle) >= 2:
                    return word.removesuffix(particle)
        return word


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the language."""
    app.add_search_language(SearchKorean)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
