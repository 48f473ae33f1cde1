"""report: every section's pictures in files of their own, and all of them on one page."""

from collections.abc import Callable
from pathlib import Path

from badak import storage
from badak.errors import BadakError
from badak.inspect.draw import Animation, save
from badak.inspect.report import attribution, checks, evaluation, features, history
from badak.inspect.report.page import Part, Shown, page
from badak.inspect.report.section import Section
from badak.inspect.report.trained import Trained

# What the report shows, in the reader's order.
SECTIONS: dict[str, tuple[Section, ...]] = {
    "Learning": history.LEARNING,
    "Filters": history.FILTERS,
    "Features": features.SECTIONS,
    "Predictions": evaluation.SECTIONS,
    "Reasons": attribution.SECTIONS,
    "Cost": checks.SECTIONS,
}


def report(
    trained: Trained,
    path: str | Path,
    plots: str | Path,
    on_section: Callable[[str], None] | None = None,
) -> list[Path]:
    """Draw everything there is to see in a trained network, and lay it out on one HTML page.

    The page contains its pictures and loads nothing from the internet. It is written last, in one
    piece. A section that cannot be drawn says why; the others are drawn all the same.

    Args:
        trained: the network, and what is known of its training.
        path: the page's file; its folder must exist.
        plots: the folder for the pictures, NAME.png or NAME.gif; it must exist.
        on_section: called with each section's title before it is drawn.

    Returns:
        The files written, the page last.

    Raises:
        BadakError: a file cannot be written.

    Example:
        >>> import tempfile
        >>> from badak.models import SimpleConvNet
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     paths = report(Trained(SimpleConvNet()), f"{folder}/report.html", folder)
        ...     [path.name for path in paths]
        ['filters_after.png', 'imagined_classes.png', 'profile.png', 'report.html']
    """
    parts: list[Part] = []
    written: list[Path] = []
    for heading, sections in SECTIONS.items():
        shown = []
        for section in sections:
            if on_section is not None:
                on_section(section.title)
            try:
                pictures, fault = section.draw(trained), ""
            except BadakError as error:
                pictures, fault = {}, str(error)
            files = {
                name: Path(plots) / f"{name}.{_ending(picture)}"
                for name, picture in pictures.items()
            }
            for name, picture in pictures.items():
                save(picture, files[name])
            if pictures or fault:
                shown.append(Shown(section, pictures, files, fault))
            written += files.values()
        if shown:
            parts.append(Part(heading, shown))
    storage.write_atomically(path, page(trained, parts).encode())
    return [*written, Path(path)]


def _ending(picture: object) -> str:
    return "gif" if isinstance(picture, Animation) else "png"
