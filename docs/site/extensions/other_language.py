"""What differs between the languages: a few words of the page, and the link to the other one."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

OTHER = {"en": ("ko", "한국어"), "ko": ("en", "English")}
# Words that have no catalogue: the header's menu, and the buttons of folded cells.
WORDS = {
    "en": {"more": "More", "show": "Show", "hide": "Hide"},
    "ko": {"more": "더 보기", "show": "펼치기", "hide": "접기"},
}


def _words(app: Sphinx, config: Config) -> None:
    words = WORDS[config.language]
    config.html_theme_options["header_dropdown_text"] = words["more"]
    config.nb_code_prompt_show = words["show"]
    config.nb_code_prompt_hide = words["hide"]


def _twin(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.Node
) -> None:
    """Give the template the other language and the page's address there, relative to this one."""
    code, name = OTHER[app.config.language]
    up = "../" * (pagename.count("/") + 1)
    context["twin"] = {"code": code, "name": name, "href": f"{up}{code}/{pagename}.html"}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the events."""
    app.connect("config-inited", _words)
    app.connect("html-page-context", _twin)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
