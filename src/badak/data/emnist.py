"""EMNIST: handwritten letters and digits in six forms, in files of MNIST's kind.

They differ from MNIST's in three ways: the files are named after the form, the images are stored
column by column, so they must be transposed, and the labels of the letters begin at 1.
Source: https://www.nist.gov/itl/products-and-services/emnist-dataset (its gzip.zip); G. Cohen,
S. Afshar, J. Tapson and A. van Schaik, "EMNIST: extending MNIST to handwritten letters", 2017.
"""

from dataclasses import dataclass
from pathlib import Path
from string import ascii_lowercase, ascii_uppercase, digits

from badak.data.dataset import Dataset
from badak.data.mnist import Files, read_mnist_like

PAGE = "https://www.nist.gov/itl/products-and-services/emnist-dataset"
# Capital and small letters that look alike are one class here.
MERGED = (*digits, *ascii_uppercase, *"abdefghnqrt")


@dataclass(frozen=True)
class Form:
    """One of EMNIST's forms.

    Attributes:
        name: such as "emnist-letters"; the files' names begin with it.
        class_names: in the order of the labels.
        images: how many are for training.
        first_label: the label of the first class.
    """

    name: str
    class_names: tuple[str, ...]
    images: int
    first_label: int = 0

    @property
    def files(self) -> Files:
        """The names of its files, without .gz."""
        return {
            part: (f"{self.name}-{part}-images-idx3-ubyte", f"{self.name}-{part}-labels-idx1-ubyte")
            for part in ("train", "test")
        }

    def read(self, folder: str | Path) -> tuple[Dataset, Dataset]:
        """Read the four files, plain or packed.

        Returns:
            (train, test): images (N, 1, 28, 28) float32 in [0, 1], upright; labels (N,) from 0.

        Example:
            >>> FORMS["emnist-letters"].read("/nowhere")
            Traceback (most recent call last):
            badak.errors.FormatError: /nowhere lacks emnist-letters-train-images-idx3-ubyte, ...
        """
        return read_mnist_like(
            folder, self.class_names, self.name, self.files, self.first_label, transposed=True
        )


FORMS = {
    form.name: form
    for form in (
        Form("emnist-letters", tuple(ascii_lowercase), 124_800, first_label=1),
        Form("emnist-digits", tuple(digits), 240_000),
        Form("emnist-mnist", tuple(digits), 60_000),
        Form("emnist-balanced", MERGED, 112_800),
        Form("emnist-bymerge", MERGED, 697_932),
        Form("emnist-byclass", (*digits, *ascii_uppercase, *ascii_lowercase), 697_932),
    )
}
