"""Write src/badak/data/digits.npz from scikit-learn's copy of the UCI handwritten digits.

Run once, by a developer with scikit-learn installed: `python tools/embed_digits.py`.
The result is the same bytes each time; its origin and licence stand in src/badak/data/digits.txt.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

TARGET = Path(__file__).parents[1] / "src" / "badak" / "data" / "digits.npz"
SOME_DAY = (1998, 7, 1, 0, 0, 0)  # a fixed date in the archive keeps its bytes the same


def main() -> None:
    """Check the values and write the archive."""
    digits = load_digits()
    arrays = {
        "images": digits.images.astype(np.uint8),  # (1797, 8, 8), 0..16
        "labels": digits.target.astype(np.uint8),  # (1797,), 0..9
    }
    if not np.array_equal(arrays["images"], digits.images):
        raise SystemExit("the images are not whole numbers in 0..255")
    with zipfile.ZipFile(TARGET, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()  # in Fortran's order one pixel of all images packs well
            np.lib.format.write_array(content, np.asfortranarray(array), allow_pickle=False)
            member = zipfile.ZipInfo(f"{name}.npy", SOME_DAY)
            archive.writestr(member, content.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
