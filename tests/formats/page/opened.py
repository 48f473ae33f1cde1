"""An exported page in Chromium: open it, wait for what it says, see the input it computed from."""

import re

import numpy as np

from badak.formats.page.html import html_page

# Appended to the page's own script: what its engine is asked.
LISTEN = """
const badakAsk = exportedEngine.ask;
exportedEngine.ask = (question, params) => {
  if (params.input) globalThis.seen = Array.from(params.input);
  return badakAsk(question, params);
};
</script>
</body>"""


def opened(page, tmp_path, *arguments, **more):
    """Open the page of a network; arguments as `html_page`."""
    path = tmp_path / "page.html"
    text = html_page(*arguments, **more)
    path.write_text(re.sub(r"</script>\s*</body>", lambda _: LISTEN, text), encoding="utf-8")
    page.goto(path.as_uri())
    page.locator("#verdict").wait_for()


def verdict(page, words):
    """Wait until the verdict has these words, or matches such a pattern, and return it."""
    text = page.locator("#verdict", has_text=words)
    text.wait_for()
    return text.inner_text()


def take(page, path):
    """Let the page read an image file."""
    page.locator("#file").set_input_files(path)


def seen(page, shape=(28, 28)):
    """The input that the network computed from last."""
    return np.reshape(page.evaluate("seen"), shape)
