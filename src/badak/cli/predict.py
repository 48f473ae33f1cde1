"""`badak predict`: the most probable classes of image files."""

import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np

from badak import inspect, storage
from badak.arrays import Array, Images
from badak.cli.answers import Answer, as_csv, as_json, show
from badak.cli.image_files import image_files, picture_names
from badak.cli.opened import Opened, data_dir_option, open_run, run_argument
from badak.cli.tta import tta_option, views_of
from badak.cli.words import in_options, say
from badak.data import DigitStages, digit_from_image, read_image
from badak.data.augment import Views, averaged
from badak.data.catalog import entry_of
from badak.errors import BadakError
from badak.inspect.subject import finite
from badak.network import Network
from badak.pretrained import features
from badak.training import RunDirectory

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Classes shown for an image.
TOP = 3
# Training digits drawn beside the user's.
NEAREST = 8
# Pictures are drawn of so many images at most: each takes a third of a second.
MAX_DRAWN = 25
# Images per batch, and their pixels, so that memory does not grow with the number of files.
MAX_IMAGES, MAX_PIXELS = 32, 2**25
STANDARD_OUTPUT = Path("-")


@dataclass(frozen=True)
class Picture:
    """An image file as the network takes it, or why it cannot.

    Attributes:
        path: of the file.
        image: (C, H, W); None if it could not be read.
        stages: how it became a digit like MNIST's, if it had to.
        error: why it could not be read.
    """

    path: Path
    image: Images | None = None
    stages: DigitStages | None = None
    error: str = ""


@click.command()
@run_argument
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--invert",
    is_flag=True,
    help="Invert the images, for dark ink on white paper; automatic for a model of MNIST.",
)
@click.option(
    "--top",
    type=click.IntRange(min=1),
    metavar="K",
    default=TOP,
    show_default=True,
    help="Show the K most probable classes.",
)
@click.option(
    "--csv",
    "csv_file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write the answers to this file as CSV; - is standard output.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write the answers to this file as JSON; - is standard output.",
)
@click.option(
    "--nearest",
    type=click.IntRange(min=1),
    metavar="K",
    help="Draw the K most similar training images.  [default: 8 for a model of MNIST]",
)
@tta_option
@data_dir_option
def command(
    run: Path,
    images: tuple[Path, ...],
    invert: bool,
    top: int,
    csv_file: Path | None,
    json_file: Path | None,
    nearest: int | None,
    tta: str | None,
    data_dir: Path | None,
) -> None:
    """Show the classes of IMAGES that the model of RUN finds most probable.

    IMAGES are files, folders with images at any depth, and patterns such as "photos/*.jpg". Files
    that cannot be read are named and skipped.

    For a model of MNIST, each picture is prepared as MNIST's digits were: inverted if the ink is
    dark, cropped, fitted into 20x20 and centred in 28x28. RUN/plots shows the stages and the most
    similar training digits.
    """
    _check_targets(csv_file, json_file)
    opened = open_run(run, data_dir)
    config, net = opened.config, opened.net
    top, views = min(top, net.num_classes), views_of(tta, config.dataset)
    handwriting = entry_of(config.dataset).handwriting
    paths = list(image_files(images))
    answers: list[Answer] = []
    drawn: list[Picture] = []
    prepared = partial(read_image, shape=net.input_shape, invert=invert, crop=config.crop or 1.0)
    for pictures in _read(paths, net, handwriting == "centred", prepared):
        usable = [picture for picture in pictures if not picture.error]
        drawn += usable[: MAX_DRAWN - len(drawn)]
        answers += _judged(pictures, opened, top, views)
    bad = [answer.error for answer in answers if answer.error]
    for error in bad if len(paths) > 1 else []:
        say(f"Error: {error}", err=True)
    for_programs = STANDARD_OUTPUT in (csv_file, json_file)
    show(answers, top, stderr=for_programs)
    for target, content in ((csv_file, as_csv(answers, top)), (json_file, as_json(answers))):
        _write(target, content)
    tell = partial(say, err=for_programs)
    if len(bad) < len(answers):
        for line in opened.about:
            tell(line)
        if handwriting == "filling":
            tell(
                "this model expects light digits that fill a dark image: crop yours, and --invert "
                "dark ink"
            )
    drawing = nearest is not None or any(picture.stages for picture in drawn)
    readable = len(answers) - len(bad)
    if drawing and len(drawn) < readable:
        tell(f"pictures show the first {len(drawn)} of {readable:,} images")
    _draw_all(drawn, opened, nearest, tell)
    if bad:
        count = f"{len(bad):,} of {len(paths):,} images cannot be used"
        raise BadakError(bad[0] if len(paths) == 1 else count)


def _check_targets(*targets: Path | None) -> None:
    """Refuse files that cannot be written before any image is read."""
    if targets.count(STANDARD_OUTPUT) > 1:
        raise BadakError("--csv and --json cannot both be -, standard output")
    for target in targets:
        if target is not None and not target.parent.is_dir():
            raise BadakError(f"cannot write {target}: folder {target.parent} does not exist")


def _write(target: Path | None, content: bytes) -> None:
    if target == STANDARD_OUTPUT:
        click.echo(content, nl=False)
    elif target is not None:
        storage.write_atomically(target, content)


def _read(
    paths: Sequence[Path], net: Network, handwriting: bool, prepared: Callable[[Path], Images]
) -> Iterator[list[Picture]]:
    """Read the files in batches; only the first are kept with the stages of their preparation."""
    size = max(1, min(MAX_IMAGES, MAX_PIXELS // math.prod(net.input_shape)))
    readable = 0
    for start in range(0, len(paths), size):
        pictures = []
        for path in paths[start : start + size]:
            try:
                if os.path.isdir(path):  # noqa: PTH112  # no error if it may not be looked at
                    raise BadakError(f"{path} holds no images that can be read")
                if handwriting:
                    stages = digit_from_image(path)
                    kept = stages if readable < MAX_DRAWN else None  # each takes megabytes
                    pictures.append(Picture(path, stages.image, kept))
                else:
                    pictures.append(Picture(path, prepared(path)[0]))
                readable += 1
            except BadakError as fault:
                words = " ".join(in_options(str(fault)).split())
                pictures.append(Picture(path, error=words))
        yield pictures


def _judged(
    pictures: Sequence[Picture], opened: Opened, top: int, views: Views | None
) -> Iterator[Answer]:
    """Answer for each picture of a batch."""
    net, class_names, calibration = opened.net, opened.config.class_names, opened.calibration
    batch = [picture.image for picture in pictures if picture.image is not None]
    rows: Iterator[Array] = iter(())
    if batch:
        rows = iter(finite(averaged(net.predict_proba, np.stack(batch), views)))
    for picture in pictures:
        if picture.error:
            yield Answer(picture.path, error=picture.error)
            continue
        chances = next(rows)
        best = np.argsort(-chances, kind="stable")[:top]
        names = tuple(class_names[index] for index in best)
        probabilities = tuple(float(chances[index]) for index in best)
        sure = calibration.is_sure(best[0], probabilities[0]) if calibration else None
        yield Answer(picture.path, names, probabilities, sure=sure)


def _draw_all(
    pictures: Sequence[Picture],
    opened: Opened,
    nearest: int | None,
    tell: Callable[[str], None],
) -> None:
    """Draw each picture's stages, and the most similar training images."""
    config, run = opened.config, opened.run
    names = picture_names([picture.path for picture in pictures])
    prepared = any(picture.stages is not None for picture in pictures)
    if prepared:
        tell("each was prepared as MNIST's digits were: fitted into 20x20, centred in 28x28")
    for picture, name in zip(pictures, names, strict=True):
        if picture.stages is not None:
            figure = inspect.draw.digit_stages(picture.stages)
            tell(_draw(figure, run, f"digit_{name}.png"))
    if not pictures or not (prepared or nearest is not None):
        return
    try:
        train, _ = config.load_data()
    except BadakError as fault:  # an error only if the user asked for them
        if nearest is not None:
            raise
        tell(f"the most similar training digits are not shown: {in_options(str(fault))}")
        return
    # Handwriting is compared by its pixels; what photos show, the network knows better.
    net = opened.net if entry_of(config.dataset).handwriting == "none" else None
    rows = None if net is None else features(net, train)
    for picture, name in zip(pictures, names, strict=True):
        if picture.image is not None:
            count = nearest or min(NEAREST, len(train))
            similar = inspect.nearest(train, picture.image, count, net, rows)
            figure = inspect.draw.nearest(similar, train.class_names)
            tell(_draw(figure, run, f"nearest_{name}.png"))


def _draw(figure: "Figure", run: RunDirectory, name: str) -> str:
    """Write a picture to RUN/plots and return its path."""
    run.make_plots()
    inspect.draw.save(figure, run.plots / name)
    return str(run.plots / name)
