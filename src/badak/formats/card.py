"""A model card in Markdown: a network's training data, its accuracy, and how to load it.

Mitchell et al. 2019, *Model cards for model reporting*, in the little that a run knows of itself.
"""

from collections.abc import Mapping

from badak.network import Network
from badak.terminal import printable

Facts = Mapping[str, str]


def model_card(
    title: str,
    opening: str,
    net: Network,
    *,
    data: Facts,
    metrics: Facts,
    sizes: Facts,
    loading: str,
) -> str:
    """Write a card in Markdown: a title, an opening in a sentence or two, and tables of values.

    `sizes` are those of the exported files; `loading` says how to load them.

    Example:
        >>> from badak.models import LeNet5
        >>> text = model_card("LeNet", "A net.", LeNet5(), data={"Data set": "mnist"},
        ...                   metrics={"Accuracy": "0.99"}, sizes={}, loading="Open it.")
        >>> print(text.split("## ")[1])
        Data
        <BLANKLINE>
        | | |
        |---|---|
        | Data set | mnist |
        <BLANKLINE>
    """
    summary = net.summary()
    own = {"Parameters": f"{summary.parameters:,}", "FLOPs per image": f"{summary.flops:,}"}
    layers = "\n".join(f"    {name}: {layer!r}" for name, layer in net.layers.items())
    parts = [
        f"# {escaped(title)}",
        opening,
        _section("Data", _table(data)),
        _section("Metrics", _table(metrics)),
        _section("Sizes", _table({**own, **sizes})),
        _section("How to load", loading),
        _section("Layers", layers),
    ]
    return "\n\n".join(parts) + "\n"


def escaped(words: str) -> str:
    r"""Words on one line, with all signs escaped that act in Markdown, on a page or a terminal.

    Example:
        >>> print(escaped("a|b <i> _c_"))
        a\|b \<i\> \_c\_
    """
    one_line = printable(" ".join(words.split()))
    return "".join("\\" + sign if sign in r"\`*_{}[]<>|#" else sign for sign in one_line)


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}"


def _table(facts: Facts) -> str:
    rows = [f"| {escaped(name)} | {escaped(value)} |" for name, value in facts.items()]
    return "\n".join(["| | |", "|---|---|", *rows])
