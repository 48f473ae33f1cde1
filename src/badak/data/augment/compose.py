"""Compose: several transforms as one."""

from typing import Any

from badak.data.augment.base import Augmentation, Generator, Pixels, Transform, check_images
from badak.errors import ArgumentTypeError, BadakError


class Compose(Augmentation):
    """Apply several transforms, one after another.

    If the last ones mix images, it mixes, and is called with targets as they are.

    Args:
        transforms: called in this order, each with the same generator; those that mix, last.

    Example:
        >>> from badak.data.augment import Flip, Shift
        >>> Compose(Flip(), Shift(2))
        Compose(Flip(p=0.5, axis='horizontal'), Shift(max_pixels=2, fill=0.0))
    """

    def __init__(self, *transforms: Transform) -> None:
        for transform in transforms:
            if not callable(transform):
                raise ArgumentTypeError(f"Compose takes transforms; got {transform!r}")
        self.transforms = transforms
        mixing = [getattr(transform, "mixes", False) for transform in transforms]
        self.mixes = any(mixing)  # type: ignore[misc]  # of the class, elsewhere
        if mixing != sorted(mixing):
            first = transforms[mixing.index(True)]
            raise BadakError(f"Compose: what mixes images must come last; got {first!r} before")
        self._plain = len(mixing) - sum(mixing)

    def __call__(self, images: Pixels, *more: Any) -> Any:
        """Return new images, or if it mixes, images and targets; see Augmentation and Mixing.

        Args:
            images: (N, C, H, W) uint8, float32 or float64; they stay unchanged.
            more: the generator; if it mixes, targets (N, K) and the generator.

        Raises:
            ArgumentTypeError: images that are not an array of uint8 or floats, or no targets where
                it mixes.
            BadakError: another number of axes, or images that do not fit a transform.
        """
        if not self.mixes:
            return super().__call__(images, *more)
        if len(more) != 2:
            raise ArgumentTypeError(
                f"{self!r} mixes images: call it with images, targets and a generator; "
                f"got {len(more) + 1} arguments"
            )
        targets, generator = more
        images = super().__call__(images, generator)
        for transform in self.transforms[self._plain :]:
            images, targets = transform(images, targets, generator)
        return images, targets

    def _apply(self, images: Pixels, generator: Generator) -> Pixels:
        for transform in self.transforms[: self._plain]:
            if isinstance(transform, Augmentation):
                images = transform._apply(images, generator)
            else:
                made = transform(images, generator)
                check_images(made)
                images = made.copy("C")  # its maker may keep it
        return images

    def __repr__(self) -> str:
        return f"Compose({', '.join(map(repr, self.transforms))})"
