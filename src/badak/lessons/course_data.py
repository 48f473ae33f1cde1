"""course_data: the images of the course, the same as in the note it grew from."""

from badak.data import Dataset, load
from badak.data.catalog import entry_of
from badak.data.here import folder_here

NOTE = (5_000, 1_000)  # training and test images of the note: it learned in minutes, not hours


def course_data() -> tuple[Dataset, Dataset]:
    """Return the note's MNIST images if MNIST is on this machine, else `digits`; never download.

    MNIST is looked for where `badak.data.load` looks: in the folder that BADAK_DATA names (and in
    its folder "mnist"), and in the user's cache. Without it, one line says that these are
    `digits`.

    Returns:
        (train, test): of MNIST its first 5,000 training and first 1,000 test images, or all 1,437
        and 360 images of `digits`: (N, 1, 28, 28) float32 in [0, 1], labels 0 to 9.

    Raises:
        FormatError: MNIST's files are damaged.

    Example:
        >>> from contextlib import redirect_stdout
        >>> with redirect_stdout(None):  # of the line that says so, if MNIST is missing
        ...     train, test = course_data()
        >>> train.image_shape, train.num_classes
        ((1, 28, 28), 10)
    """
    folder = folder_here("mnist")
    if folder is None:
        print(
            "MNIST is not on this machine, so these are the images of digits; for MNIST, name the "
            "folder of its four files with BADAK_DATA=FOLDER"
        )
        return load("digits")
    train, test = entry_of("mnist").read(folder)
    return train[: NOTE[0]], test[: NOTE[1]]
