"""`badak data`: a look at a data set before training, in the terminal and on one page."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from badak import inspect, terminal
from badak.arrays import Array
from badak.cli.opened import data_dir_option
from badak.cli.splits import (
    FOLDER,
    Division,
    check,
    divided,
    group_option,
    is_folder,
    redivided,
    split_option,
)
from badak.cli.words import in_options, say
from badak.data import Dataset, load
from badak.data.decoding import decode
from badak.data.stored import StoredImages
from badak.errors import BadakError
from badak.inspect.data.facts import facts
from badak.inspect.data.finding import Finding
from badak.inspect.data.survey import Survey
from badak.inspect.report.photos import entries
from badak.languages import translated
from badak.pretrained import Pretrained, features, opened
from badak.training import RunDirectory

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

LINES = 5  # of a finding, in the terminal
CLASSES = 30  # rows of the table
MARKS = {"fix": "!", "look": "?"}


@click.command()
@click.argument("dataset")
@data_dir_option
@split_option
@group_option
@click.option(
    "--pretrained",
    metavar="NAME|FILE",
    help="For folder:PATH: find wrong labels by the features of this network, as `badak train "
    "--pretrained` takes it, such as efficientnet-lite0.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the page and its pictures to this directory.  [default: runs/data-DATASET]",
)
def command(
    dataset: str,
    data_dir: Path | None,
    split: str | None,
    group_by_prefix: str | None,
    pretrained: str | None,
    out: Path | None,
) -> None:
    """Look at DATASET before training: what it holds, and what is wrong with it.

    DATASET is folder:PATH, or any other data set of `badak train`. badak looks at every image:
    classes, sizes and formats; files that cannot be read; copies, also between the training and
    test parts; blank, blurred and odd images; labels that are probably wrong. The terminal shows
    what was found, DIR/report.html the photos.
    """
    console = terminal.console()
    division = Division(dataset, split, group_by_prefix)
    check(division)
    if pretrained is not None and not is_folder(dataset):
        raise BadakError(f"pretrained is for folder:PATH, whose images it resizes; got {dataset!r}")
    known = None if pretrained is None else _opened(pretrained)
    with _directory(out or Path("runs", f"data-{_name(dataset)}")) as where:
        with _progress(console) as on_image:
            seen = inspect.survey(_source(division, data_dir), on_image=on_image)
        seen = redivided(seen, division) if is_folder(dataset) else seen
        found = inspect.findings(seen, None if known is None else _features(known, seen, console))
        _show(console, seen, found)
        *_, page = inspect.data_report(seen, found, where.report, where.plots)
        say(f"with photos, on one page: {page}")


def _name(dataset: str) -> str:
    """The data set's name for a directory: a folder's name without its path."""
    kind, _, path = dataset.partition(":")
    return terminal.printable(Path(path).expanduser().resolve().name if path else kind)


@contextmanager
def _directory(path: Path) -> Iterator[RunDirectory]:
    """Make the directory, before any image is read; remove it again if nothing was written."""
    where = RunDirectory(path)
    try:
        path.mkdir(parents=True, exist_ok=True)
        where.make_plots()
    except OSError as fault:
        raise BadakError(f"cannot write {path}: {fault.strerror or fault}") from None
    try:
        yield where
    finally:
        for folder in (where.plots, path, path.parent):
            with suppress(OSError):
                folder.rmdir()  # refused unless it is empty


def _source(division: Division, data_dir: Path | None) -> Path | list[Dataset]:
    """The folder of images, or the parts of another data set."""
    if is_folder(division.dataset):
        if data_dir is not None:
            raise BadakError(f"data_dir is not for {division.dataset!r}, which names its folder")
        return Path(division.dataset.removeprefix(FOLDER)).expanduser()
    parts = divided(division, *load(division.dataset, data_dir))
    return [part for part in parts[:3] if part is not None]


def _opened(source: str) -> Pretrained:
    path = Path(source)
    return opened(path if path.is_file() else source)


def _features(known: Pretrained, seen: Survey, console: "Console") -> Array:
    """What enters the network's head for each image; decoded images and features are cached."""
    channels, height, width = known.net.input_shape
    with console.status(translated("computing the network's features")):
        decoded = decode(list(seen.paths), (height, width), known.crop, skip_corrupt=False)
        images = StoredImages(decoded.rows)
        images = images.as_grey() if channels == 1 else images
        return features(known.net, Dataset(images, seen.labels, seen.class_names))


def _show(console: "Console", seen: Survey, found: Sequence[Finding]) -> None:
    """Print the classes, the facts, and the findings with their first lines."""
    console.print(_table(seen))
    say("")
    for name, value in facts(seen).items():
        say(f"{translated(name)}: {value}")
    for finding in found:
        say("")
        title = translated(finding.title)
        say(f"{MARKS[finding.level]} {title[:1].upper()}{title[1:]}")
        lines = entries(seen, finding)
        for line in lines[:LINES]:
            say(f"    {line}")
        if len(lines) > LINES:
            say(f"    and {len(lines) - LINES:,} more")
        say(f"  {in_options(finding.advice)}")
    if not found:
        say("nothing was found that may harm the training")
    say("")


def _table(seen: Survey) -> object:
    """Images of each class and part; of many classes, the largest and the smallest."""
    totals = seen.counts.sum(axis=0)
    order = sorted(range(len(totals)), key=lambda k: -totals[k])
    rows = [
        [seen.class_names[k], *(f"{count:,}" for count in seen.counts[:, k]), f"{totals[k]:,}"]
        for k in order
    ]
    if len(rows) > CLASSES:
        left = f"... {len(rows) - CLASSES} more"
        half = CLASSES // 2
        rows = [*rows[:half], [left, *[""] * (len(rows[0]) - 1)], *rows[-half:]]
    parts = [name.capitalize() for name in seen.part_names]
    return terminal.table(
        None,
        ["Class", *parts, "All"],
        rows,
        footer=["all", *(f"{count:,}" for count in seen.counts.sum(axis=1)), f"{len(seen):,}"],
        numbers=[*parts, "All"],
    )


@contextmanager
def _progress(console: "Console") -> "Iterator[Callable[[int, int], None]]":
    """Show a bar of the images looked at, in a terminal."""
    with terminal.progress_bar(console) as bar:
        task = bar.add_task("looking", total=None, figures="", visible=console.is_terminal)

        def on_image(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, figures=f"{done:,} of {total:,} images")

        yield on_image
