"""Which images of a folder are for testing: the content of each file decides.

So no image changes its part if others are added, renamed or removed, and copies of an image stay
together. An image moves only if its class is too small for its share; the contents of the files
decide which one.
"""

import hashlib
from collections.abc import Collection, Sequence
from itertools import islice
from pathlib import Path

from badak.files import opened

TEST_SHARE = 0.2
DIGESTS = 2**64  # how many there are


def digest(path: Path) -> int:
    """Return 64 bits of the BLAKE2b of a file's content, evenly spread over different contents.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "image.png")
        ...     _ = path.write_bytes(b"some image")
        ...     hex(digest(path))
        '0x4f7de9ee90413ee5'
    """
    with opened(path) as file:
        whole = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=8))
    return int.from_bytes(whole.digest())


def choose_tested(classes: Sequence[Collection[int]]) -> set[int]:
    """Choose the images for testing: those whose digest lies in the lowest fifth.

    A class trains on at least one image. A class of two or more different images tests on at least
    one, unless another class would have none left to train on.

    Digests come class by class; images whose digests are not returned are for training.

    Example:
        >>> low, high = 5, 2**63
        >>> choose_tested([[low, high], [high + 2, high + 1]]) == {low, high + 1}
        True
    """
    # In an order that does not depend on the classes' names.
    contents = sorted((set(digests) for digests in classes if digests), key=sorted)
    tested = {number for own in contents for number in own if number < TEST_SHARE * DIGESTS}
    for own in contents:
        if own <= tested:
            tested.remove(max(own))
    for own in contents:
        if own & tested:
            continue
        spare = (
            number
            for number in sorted(own)
            if all(len(other - tested) > 1 for other in contents if number in other)
        )
        tested.update(islice(spare, 1))
    return tested
