"""Formulas as MathML, which browsers draw by themselves: no script, no network.

The font with the large brackets and sums is copied from the package ziamath at build time; without
that package, the reader's own fonts serve.
"""

import re
import shutil
from importlib import resources, util
from pathlib import Path

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

WORDS = re.compile(r"\\text\w*\{[^{}]*\}")  # docutils keeps the backslash of \_ in them
logger = logging.getLogger(__name__)


def _mathml(node: nodes.Element, as_block: bool) -> str:
    text = WORDS.sub(lambda words: words[0].replace(r"\_", "_"), node.astext().strip())
    try:
        return tex2mathml(text, as_block=as_block)
    except MathError as error:
        logger.warning("no MathML for %r: %s", text, error, location=node)
        return ""


def _inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(_mathml(node, as_block=False))
    raise nodes.SkipNode


def _block(self: HTML5Translator, node: nodes.math_block) -> None:
    self.body.append(self.starttag(node, "div", CLASS="math"))
    self.body.append(_mathml(node, as_block=True) + "</div>\n")
    raise nodes.SkipNode


def _copy_font(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html" and util.find_spec("ziamath"):
        font = resources.files("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf"
        with resources.as_file(font) as file:
            shutil.copyfile(file, Path(app.outdir) / "_static" / "STIXTwoMath.ttf")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer, and choose it."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.config.html_math_renderer = "mathml"
    app.connect("build-finished", _copy_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
