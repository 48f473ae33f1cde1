"""data_report: what a data set holds and what is wrong with it, with pictures, on one page."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from badak import storage
from badak.inspect import draw
from badak.inspect.data.facts import facts
from badak.inspect.data.finding import Finding
from badak.inspect.data.survey import Survey
from badak.inspect.report.page import document, figure, listed_contents, section, told
from badak.inspect.report.photos import examples, photos
from badak.languages import translated

EXAMPLES, MOST_CLASSES = 5, 40  # photos of a class; classes that are shown
HEADINGS = {"fix": "To fix", "look": "To look at"}
COUNTS, SIZES, CLASSES = "Images of each class", "Sizes", "Examples of each class"


def data_report(
    seen: Survey,
    found: Sequence[Finding],
    path: str | Path,
    plots: str | Path,
    on_section: Callable[[str], None] | None = None,
) -> list[Path]:
    """Lay out what is known of a data set on one HTML page, with thumbnails.

    The page contains its pictures and loads nothing from the internet. It is written last, in one
    piece. Of each finding, it shows the first photos and lists all files.

    Args:
        seen: what a look at every image found.
        found: what is wrong, as `findings` returns it.
        path: the page's file; its folder must exist.
        plots: the folder for the pictures, NAME.png; it must exist.
        on_section: called with each section's title before it is drawn.

    Returns:
        The files written, the page last.

    Raises:
        BadakError: a file cannot be written.

    Example:
        >>> import tempfile
        >>> from badak.data import load
        >>> from badak.inspect import findings, survey
        >>> seen = survey([part[:50] for part in load("digits")])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     paths = data_report(seen, findings(seen), f"{folder}/report.html", folder)
        ...     [path.name for path in paths]
        ['class_counts.png', 'image_sizes.png', 'report.html']
    """
    tell = on_section or (lambda _: None)
    bodies, contents, written = [], [], []
    for level, heading in HEADINGS.items():
        own = [finding for finding in found if finding.level == level]
        for finding in own:
            tell(finding.title)
            advice = f'<p class="advice">{told(finding.advice)}</p>'
            bodies.append(section(_sentence(finding.title), "", advice + photos(seen, finding)))
        if own:
            contents.append(listed_contents(heading, [_sentence(each.title) for each in own]))
    for title, picture, words in (
        (COUNTS, draw.class_counts, "The bars are divided by part, the largest class on top."),
        (SIZES, draw.image_sizes, "One point for each size; a larger point, more images."),
    ):
        tell(title)
        file = Path(plots) / f"{picture.__name__}.png"
        draw.save(picture(seen), file)
        written.append(file)
        bodies.append(section(title, words, figure(file.read_bytes(), title)))
    tell(CLASSES)
    bodies.append(_examples(seen))
    contents.append(listed_contents("What is there", [COUNTS, SIZES, CLASSES]))
    storage.write_atomically(
        path,
        document(f"{seen.name}: a look at the data", seen.class_names, facts(seen, found),
                 contents, bodies).encode(),
    )  # fmt: skip
    return [*written, Path(path)]


def _examples(seen: Survey) -> str:
    """Photos of each class; of the largest, if there are many."""
    largest = np.argsort(-seen.counts.sum(axis=0), kind="stable")[:MOST_CLASSES]
    shown = [examples(seen, int(label), EXAMPLES) for label in np.sort(largest)]
    hidden = len(seen.class_names) - len(shown)
    words = f"The {len(shown)} largest classes; {hidden} more are not shown." if hidden else ""
    return section(CLASSES, words, "".join(shown))


def _sentence(title: str) -> str:
    title = translated(title)
    return title[:1].upper() + title[1:]
