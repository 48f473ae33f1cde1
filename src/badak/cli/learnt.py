"""The images of a folder that a run learnt from, so that none becomes a test image later."""

import warnings

import numpy as np
from numpy.typing import NDArray

from badak import storage
from badak.data import Dataset
from badak.errors import BadakError, FormatError
from badak.training import RunDirectory
from badak.training.checkpoint import fingerprint, read_settings

FORMAT = {"format": "badak learnt images", "version": 1}


def remember(run: RunDirectory, train: Dataset, test: Dataset) -> None:
    """Write the digests of the training images' files to the run directory.

    Nothing is written unless they come from files. Images that are in the test part as well are
    left out: `badak.data.load` warned of them.
    """
    if train.digests is None or test.digests is None:
        return
    digests = np.setdiff1d(train.digests, test.digests)
    storage.save(run.learnt, {"digests": digests.view(np.int64)}, FORMAT)


def check(run: RunDirectory, train: Dataset, test: Dataset, tested: int | None = None) -> None:
    """Check that a run learnt from this folder, and from none of its test images.

    Images without files of their own must be those that the run was tested on: the first `tested`
    of the test images; all if None.
    """
    if train.digests is None or test.digests is None:
        _check_same(run, test[:tested])
        return
    learnt = refuse(run, test)
    lost = int((~np.isin(learnt, train.digests)).sum())
    if lost and lost == len(learnt):
        raise BadakError(
            f"{train.name} is not the folder that {run.path} learnt from: it holds none of those "
            f"{len(learnt)} images; name the right folder by --data-dir, or train a new run"
        )
    if lost:
        warnings.warn(
            f"{lost} of the {len(learnt)} images that {run.path} learnt are missing from "
            f"{train.name}; if they were changed and not removed, some may be test images now",
            stacklevel=2,
        )


def refuse(run: RunDirectory, test: Dataset) -> NDArray[np.uint64]:
    """Refuse images from files that the run learnt; return the digests of those that it learnt."""
    learnt = _read(run)
    seen = 0 if test.digests is None else int(np.isin(test.digests, learnt).sum())
    if seen:
        raise BadakError(
            f"{run.path} learnt {seen} of the {len(test)} test images of {test.name}, so an "
            "accuracy on them means nothing: move those images back, or train a new run"
        )
    return learnt


def _check_same(run: RunDirectory, test: Dataset) -> None:
    """Refuse test images that differ from those in the run's checkpoint."""
    if not run.checkpoint.exists():
        return
    if read_settings(run.checkpoint).get("validation") != fingerprint(test):
        raise BadakError(
            f"the test images of {test.name} are not those that {run.path} was tested on, and it "
            "may have learnt them, so an accuracy on them means nothing: name the right folder by "
            "--data-dir, or train a new run"
        )


def _read(run: RunDirectory) -> NDArray[np.uint64]:
    if not run.learnt.exists():
        raise BadakError(
            f"{run.path} does not say which images it learnt ({run.learnt.name} is missing; older "
            "versions of badak did not write it), so they may be among the test images: train a "
            "new run"
        )
    arrays, metadata = storage.load(run.learnt)
    digests = arrays.get("digests")
    if metadata != FORMAT or digests is None or digests.dtype != np.int64 or digests.ndim != 1:
        raise FormatError(f"{run.learnt} must hold the digests of images; it holds something else")
    return digests.view(np.uint64)
