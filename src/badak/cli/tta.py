"""The option --tta: test-time augmentation."""

import click

from badak.data.augment import VIEWS, Views
from badak.data.catalog import entry_of
from badak.errors import BadakError

tta_option = click.option(
    "--tta",
    type=click.Choice(list(VIEWS)),
    help="Average the answers to several views of each image: flip, the image and its mirror "
    "image; crops, twelve in all.",
)


def views_of(name: str | None, dataset: str) -> Views | None:
    """Return the views of that name for images of a data set, which may be mirrored.

    Example:
        >>> views_of("flip", "mnist")
        Traceback (most recent call last):
        badak.errors.BadakError: --tta mirrors images, and the mirrored images of 'mnist' mean ...
    """
    if name is None:
        return None
    if "flip" not in entry_of(dataset).augment:
        raise BadakError(
            f"--tta mirrors images, and the mirrored images of {dataset!r} mean something else: "
            "omit --tta"
        )
    return VIEWS[name]
