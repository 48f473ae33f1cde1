"""A folder of photos gets the model and the recipe that learn most from few photos."""

from pathlib import Path
from typing import Any

from badak.cli.config import FOLDER, RunConfig
from badak.cli.recipes import PHOTO
from badak.data.photos import are_photos


def with_photos(options: dict[str, Any], explicit: set[str]) -> dict[str, Any]:
    """Choose the model for photos, if the data set is a folder of them and no network is named."""
    if explicit & {"model", "layers"} or not options["dataset"].startswith(FOLDER):
        return options
    photos = are_photos(Path(options["dataset"].removeprefix(FOLDER)))
    return options | ({"model": PHOTO} if photos else {})


def about_photos(config: RunConfig, explicit: set[str]) -> list[str]:
    """Say why the model was chosen: one line, or none."""
    if config.model != PHOTO or "model" in explicit:
        return []
    side = config.image_size
    return [
        f"photos: --model {PHOTO} on {side}x{side} pixels, trained from nothing; --pretrained NAME "
        "starts from a network that has seen a million photos, and learns far more from few"
    ]
