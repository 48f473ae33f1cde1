"""The directive `live`: a trained network in the page, to draw digits for.

    ```{live}
    ```

The page in the frame is the one that `badak export --to html` writes. It is made at build time,
of a SimpleConvNet trained on `digits`, and loads nothing: it works from a memory stick too.
"""

from pathlib import Path

from docutils import nodes
from fresh import cache
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import badak
from badak.formats.page.html import html_page

WORDS = {
    "en": ("SimpleConvNet, trained on the data set digits: draw one", "Open it alone"),
    "ko": ("데이터셋 digits로 학습한 SimpleConvNet: 숫자를 그려 보자", "따로 열기"),
}
PAGE = "live/digits.html"


class Live(SphinxDirective):
    """Puts the live page into a frame, with a link to it under the frame."""

    def run(self) -> list[nodes.Node]:
        """Write the frame as HTML."""
        language = self.config.language
        title, alone = WORDS[language]
        href = f"{'../' * self.env.docname.count('/')}{PAGE}?language={language}"
        text = (
            f'<figure class="live"><iframe src="{href}" title="{title}" loading="lazy"></iframe>'
            f'<figcaption>{title}. <a href="{href}">{alone}</a></figcaption></figure>'
        )
        return [nodes.raw("", text, format="html")]


def digits() -> str:
    """Train the network and return its page; the same seed gives the same page."""
    train, test = badak.data.load("digits")
    net = badak.models.SimpleConvNet(seed=0)
    vary = badak.data.augment.Planar()  # a reader draws larger, smaller and askew
    adam = badak.optim.Adam(1e-3)
    badak.Trainer(net, adam, epochs=20, augment=vary, progress=False, seed=0).fit(train)
    return html_page(net, "digits", test.class_names, "filling")


def _write(app: Sphinx) -> None:
    """Put the page beside the others; it is made once for each state of badak."""
    if app.builder.format != "html":
        return
    kept = cache() / "digits.html"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(digits(), encoding="utf-8")
    page = Path(app.outdir) / PAGE
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(kept.read_text(encoding="utf-8"), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and the event."""
    app.add_directive("live", Live)
    app.connect("builder-inited", _write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
