"""named: transforms by name, as `badak train --augment` takes them."""

from badak.data.augment.base import Augmentation
from badak.data.augment.compose import Compose
from badak.data.augment.flip import Flip
from badak.data.augment.jitter import ColorJitter
from badak.data.augment.mix import CutMix, Mixing, MixUp
from badak.data.augment.move import Crop, Shift
from badak.data.augment.perspective import Perspective
from badak.data.augment.planar import Planar
from badak.data.augment.policies import RandAugment, TrivialAugment
from badak.data.augment.resized_crop import RandomResizedCrop
from badak.data.augment.rotate import Rotate
from badak.errors import ArgumentTypeError, BadakError, did_you_mean, shown

#: The augmentations by name, as the command line names them; those that mix come last.
AUGMENTATIONS: dict[str, Augmentation | Mixing] = {
    "shift": Shift(2),
    "flip": Flip(),
    "flip-crop": Compose(Flip(), Crop(4)),
    "resized-crop": Compose(Flip(), RandomResizedCrop()),
    "photo": Compose(Flip(), RandomResizedCrop((0.6, 1.0)), ColorJitter(0.4, 0.4, 0.4)),
    "rotate": Rotate(15),
    "perspective": Perspective(),
    "planar": Planar(),
    "color-jitter": ColorJitter(0.4, 0.4, 0.4, 0.1),
    "randaugment": RandAugment(),
    "trivialaugment": TrivialAugment(),
    "mixup": MixUp(0.2),
    "cutmix": CutMix(1.0),
}


def named(names: str) -> Augmentation | Mixing:
    """Return the transform of a name, or of several names with commas between them.

    Raises:
        ArgumentTypeError: names that are not text.
        BadakError: an unknown name, or one that mixes images before one that does not.

    Example:
        >>> named("flip, mixup")
        Compose(Flip(p=0.5, axis='horizontal'), MixUp(alpha=0.2))
    """
    if not isinstance(names, str):
        raise ArgumentTypeError(f"augment must be text, names of transforms; got {shown(names)}")
    words = [word.strip() for word in names.split(",")]
    for word in words:
        if word not in AUGMENTATIONS:
            hint = did_you_mean(word, AUGMENTATIONS) or ""
            raise BadakError(
                f"augment must name one or more of {', '.join(AUGMENTATIONS)}; "
                f"got {shown(word)}{hint}"
            )
    chosen = [AUGMENTATIONS[word] for word in words]
    for word, transform, after in zip(words, chosen, chosen[1:], strict=False):
        if transform.mixes and not after.mixes:
            raise BadakError(f"augment must end in {word}, which mixes images; got {names!r}")
    if len(chosen) == 1:
        return chosen[0]
    parts = (one.transforms if isinstance(one, Compose) else (one,) for one in chosen)
    return Compose(*(part for each in parts for part in each))
