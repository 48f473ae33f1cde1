"""The report's HTML: titles, pictures and sentences on one page that needs no other file."""

import base64
import html
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import NamedTuple

from PIL import Image

from badak.inspect.draw import Animation
from badak.inspect.report.section import Pictures, Section
from badak.inspect.report.trained import Trained
from badak.languages import chosen, translated
from badak.terminal import language, printable

PAGE = Path(__file__).with_name("page.html")
WORDS = {
    "heading": "Contents",
    "scroll": "Scroll sideways to see all",
    "play": "Play",
    "pause": "Pause",
}  # of page.html itself
# Figures are not shown smaller than this share of their size, so that their text stays readable: on
# a narrow screen they scroll instead. Animations are small and have large text.
MIN_SCALE = 0.55


class Shown(NamedTuple):
    """A section with its drawn pictures.

    Attributes:
        section: its title, and the sentence below the pictures.
        pictures: name -> figure or animation; none if drawing failed.
        files: name -> the file it was written to.
        fault: why drawing failed; empty if it did not.
    """

    section: Section
    pictures: Pictures
    files: Mapping[str, Path]
    fault: str


class Part(NamedTuple):
    """Sections under one heading."""

    heading: str
    shown: Sequence[Shown]


def page(trained: Trained, parts: Sequence[Part]) -> str:
    """Lay out the page."""
    notice = ""
    if trained.missing:
        words = (
            "The data set is not available, so sections that need its images are left out: "
            f"{trained.missing}"
        )
        notice = f'<p class="notice">{told(words)}</p>'
    table = re.sub("[가-힣]", r"<b>\g<0></b>", html.escape(str(trained.net.summary())))
    network = f'<pre tabindex="0">{table}</pre>'
    bodies = [section("Layers", "Each layer with its output, its parameters and its operations; "
                       "the last column is its receptive field.", network)]  # fmt: skip
    contents = [listed_contents("Network", ["Layers"])]
    for part in parts:
        contents.append(
            listed_contents(part.heading, [shown.section.title for shown in part.shown])
        )
        bodies += [
            section(shown.section.title, shown.section.sentence, _body(shown))
            for shown in part.shown
        ]
    data = trained.train if trained.test is None else trained.test
    names = data.class_names if data is not None else ()
    return document(trained.name, names, trained.facts, contents, bodies, notice)


def document(
    title: str,
    class_names: Sequence[str],
    facts: Mapping[str, str],
    contents: Sequence[str],
    sections: Sequence[str],
    notice: str = "",
) -> str:
    """Fill in the page; `contents`, `sections` and `notice` are HTML already."""
    shown = [
        # A value of one word is a name, such as a model's.
        f"<div><dt>{told(name)}</dt><dd>{told(value) if ' ' in value else text(value)}</dd></div>"
        for name, value in facts.items()
    ]
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        language=language(" ".join([title, *class_names])) if chosen() == "en" else chosen(),
        title=told(title),
        **{name: translated(words) for name, words in WORDS.items()},
        facts="\n".join(shown),
        notice=notice,
        contents="\n".join(contents),
        sections="\n".join(sections),
    )


def text(words: str) -> str:
    """Text escaped for HTML, without control characters."""
    return html.escape(printable(words))


def told(words: str) -> str:
    """Words of badak's own in the language in use, escaped for HTML."""
    return text(translated(words))


def _slug(title: str) -> str:
    """The title as the name of a link's target."""
    return re.sub(r"\W+", "-", title.lower()).strip("-")


def listed_contents(heading: str, titles: Sequence[str]) -> str:
    """An entry of the table of contents: a heading, and links to its sections."""
    links = [f'<li><a href="#{_slug(title)}">{told(title)}</a></li>' for title in titles]
    return f"<li>{told(heading)}<ul>{''.join(links)}</ul></li>"


def section(title: str, sentence: str, body: str) -> str:
    """A section: its title, its body, and the sentence below it."""
    return (
        f'<section id="{_slug(title)}"><h2>{told(title)}</h2>{body}'
        f"<p>{told(sentence)}</p></section>"
    )


def _body(shown: Shown) -> str:
    """The section's figures one below the other; its animations side by side, with one slider."""
    if shown.fault:
        return f'<p class="notice">{told(f"Not drawn: {shown.fault}")}</p>'
    figures, animations = [], []
    for name, picture in shown.pictures.items():
        alt = f"{translated(shown.section.title)}: {name.replace('_', ' ')}"
        if isinstance(picture, Animation):
            animations.append(picture)
        else:
            figures.append(figure(shown.files[name].read_bytes(), alt))
    return "".join(figures) + (_slider(animations) if animations else "")


def figure(content: bytes, alt: str) -> str:
    """A PNG picture in a frame, which scrolls if it is wider than the screen."""
    return f'<figure tabindex="0">{_image(content, alt)}</figure>'


def _slider(animations: Sequence[Animation]) -> str:
    """A slider that shows one page of each animation; without scripts, the last page is shown."""
    figures = []
    for animation in animations:
        pages = []
        for page, caption in zip(animation.pages, animation.captions, strict=True):
            file = io.BytesIO()
            page.save(file, "PNG")
            pages.append(
                _image(file.getvalue(), translated(caption), hidden=page is not animation.pages[-1])
            )
        figures.append(f'<figure class="pages">{"".join(pages)}</figure>')
    last = len(animations[0].pages) - 1
    return (
        f'<div class="moments"><label>{told("Moment")} <output></output>'
        f'<input type="range" min="0" max="{last}" value="{last}"></label>'
        f'<button type="button">{told("Play")}</button>'
        f'<div class="side">{"".join(figures)}</div></div>'
    )


def _image(content: bytes, alt: str, hidden: bool | None = None) -> str:
    """An <img> that contains its data; `hidden` is for pages of an animation only."""
    with Image.open(io.BytesIO(content)) as image:
        width, height = image.size
    minimum = f"min-width:{round(width * MIN_SCALE)}px;" if hidden is None else ""
    data = base64.b64encode(content).decode()
    return (
        f'<img src="data:image/png;base64,{data}" width="{width}" height="{height}" '
        f'style="{minimum}max-width:{width}px" alt="{text(alt)}"'
        f"{' hidden' if hidden else ''}>"
    )
