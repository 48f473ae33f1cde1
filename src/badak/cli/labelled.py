"""The labelled images that a command measures a run by: a folder of its own, or the test images."""

import dataclasses
import warnings
from pathlib import Path

from badak.cli import learnt
from badak.cli.opened import Opened
from badak.data import Dataset
from badak.data.folder import read_classes


def labelled(opened: Opened, folder: Path | None) -> tuple[Dataset, str]:
    """Return labelled images and what they are, for people.

    Args:
        opened: the run.
        folder: a sub-folder per class of the run; all test images of its data set if None.

    Raises:
        BadakError: images of the folder that the run learnt from, or a data set that has changed.
        FormatError: the folder holds no images of the run's classes.
    """
    config = opened.config
    if folder is None:
        tested = config.test_images or config.limit_test
        _, test = dataclasses.replace(config, limit_test=None, test_images=tested).load_data(
            opened.run
        )
        return test, f"the test images of {config.dataset}"
    channels, *size = config.input_shape
    color, crop = channels == 3, config.crop or 1.0
    data = read_classes(folder, config.class_names, size, color, config.skip_corrupt, crop)
    if opened.run.learnt.exists():
        learnt.refuse(opened.run, data)
    else:
        warnings.warn(
            f"{opened.run.path} does not say which images it learnt: if they are among those of "
            f"{folder}, the numbers are too good",
            stacklevel=2,
        )
    return data, f"the images of {folder}"
