"""Each transform against another way to compute its pixels, and what all have in common."""

import numpy as np
import pytest
import scipy.ndimage
from hypothesis import given
from hypothesis import strategies as st

from badak.data import augment
from badak.data.augment import (
    ColorJitter,
    Compose,
    Crop,
    CutMix,
    Cutout,
    Flip,
    MixUp,
    Normalize,
    Perspective,
    Planar,
    RandAugment,
    RandomResizedCrop,
    Rotate,
    Shift,
    TrivialAugment,
    crops,
    mirrored,
    named,
)
from badak.data.augment.pixels.warp import rotation, warped
from badak.errors import ArgumentTypeError, BadakError

COLOURS = [
    ColorJitter(0.4, 0.4, 0.4, 0.1),
    RandAugment(),
    RandAugment(num_ops=3, magnitude=30),
    TrivialAugment(),
]
EVERY = [
    Shift(3),
    Shift(2, fill=0.5),
    Crop(3),
    Crop(2, "edge"),
    Crop(2, "reflect"),
    Flip(),
    Flip(axis="vertical"),
    Rotate(40),
    Rotate(10, fill=1.0),
    Cutout(4),
    Perspective(p=1),
    Perspective(1, p=1, fill=0.5),
    Planar(),
    Planar(3, 0.3, 0, 0.5, fill=0.5),
    RandomResizedCrop(),
    Normalize(0.5, 0.25),
    Compose(Flip(), Shift(1), Rotate(5)),
    Compose(),
]
MIXING = [MixUp(), CutMix(0.5), Compose(MixUp()), Compose(Flip(), Rotate(9), CutMix(), MixUp())]
shapes = st.tuples(st.integers(0, 5), st.integers(1, 3), st.integers(5, 9), st.integers(5, 9))
floats = st.sampled_from([np.float32, np.float64])
dtypes = st.sampled_from([np.uint8, np.float32, np.float64])


def random_images(shape=(6, 3, 7, 9), dtype=np.float64, seed=0):
    images = np.random.default_rng(seed).random(shape)
    return (images * 256 if dtype == np.uint8 else images).astype(dtype)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("transform", [*EVERY, *COLOURS], ids=repr)
@given(shape=shapes, dtype=dtypes, seed=st.integers(0, 99))
def test_keeps_shape_and_dtype_and_leaves_its_input_alone(transform, shape, dtype, seed):
    if transform in COLOURS:  # grey or RGB
        shape = (shape[0], 3 if shape[1] == 2 else shape[1], *shape[2:])
    x = random_images(shape, dtype)
    before = x.copy()
    x.flags.writeable = False
    y = transform(x, rng(seed))
    assert y.shape == x.shape
    scaled = isinstance(transform, Normalize) and dtype == np.uint8
    assert y.dtype == (np.float32 if scaled else dtype)
    assert y.flags.c_contiguous
    assert not np.shares_memory(x, y)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_array_equal(y, transform(x, rng(seed)))


@pytest.mark.parametrize("transform", MIXING, ids=repr)
@given(shape=shapes, dtype=dtypes, kind=floats, seed=st.integers(0, 99))
def test_mixing_keeps_shapes_and_dtypes_and_leaves_its_input_alone(
    transform, shape, dtype, kind, seed
):
    x, targets = random_images(shape, dtype), np.eye(4, dtype=kind)[rng().integers(0, 4, shape[0])]
    before = x.copy(), targets.copy()
    x.flags.writeable = targets.flags.writeable = False
    y, shares = transform(x, targets, rng(seed))
    assert (y.shape, y.dtype, shares.shape, shares.dtype) == (shape, dtype, targets.shape, kind)
    assert y.flags.c_contiguous
    assert not np.shares_memory(x, y)
    assert not np.shares_memory(targets, shares)
    np.testing.assert_array_equal(x, before[0])
    np.testing.assert_array_equal(targets, before[1])
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    again = transform(x, targets, rng(seed))
    np.testing.assert_array_equal(y, again[0])
    np.testing.assert_array_equal(shares, again[1])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
@pytest.mark.parametrize("transform", [*EVERY[:-3], *COLOURS], ids=repr)
def test_each_image_draws_its_own_amount(transform, dtype):
    y = transform(np.repeat(random_images((1, 1, 9, 9), dtype), 20, axis=0), rng())
    assert len({image.tobytes() for image in y}) > 1


EXACT = [Shift(3), Crop(2, "reflect"), Flip(), Cutout(3), Compose(Flip(), Crop(1)), CutMix()]
ROUNDED = [Shift(2, 0.3), Rotate(40, fill=0.7), Perspective(0.5, p=1), RandomResizedCrop(), MixUp()]
ROUNDED.append(Planar(fill=0.5))


@pytest.mark.parametrize("transform", [*EXACT, *ROUNDED], ids=repr)
@given(shape=shapes, seed=st.integers(0, 99))
def test_uint8_images_become_what_floats_become(transform, shape, seed):
    x = random_images(shape, np.uint8)
    targets = [np.eye(5)[:1].repeat(len(x), axis=0)] if getattr(transform, "mixes", False) else []
    y, floats = (transform(image, *targets, rng(seed)) for image in (x, x / 255))
    if targets:
        (y, _), (floats, _) = y, floats
    # Weights have 8 bits, and values are rounded twice.
    most = 1e-9 if transform in EXACT else 1.6
    np.testing.assert_allclose(y.astype(np.float64), floats * 255, atol=most)


def shifted(image, down, right, fill):
    """The same by a loop over pixels."""
    result = np.full_like(image, fill)
    _, h, w = image.shape
    for i in range(h):
        for j in range(w):
            if 0 <= i - down < h and 0 <= j - right < w:
                result[:, i, j] = image[:, i - down, j - right]
    return result


def test_shift_moves_by_whole_pixels_and_reaches_every_place():
    x = random_images((300, 2, 4, 5)) + 1
    found = set()
    for image, moved in zip(x, Shift(2, fill=-1)(x, rng()), strict=True):
        match = [
            (down, right)
            for down in range(-2, 3)
            for right in range(-2, 3)
            if np.array_equal(moved, shifted(image, down, right, -1))
        ]
        assert len(match) == 1
        found.update(match)
    assert len(found) == 25


@pytest.mark.parametrize(("mode", "scipy_mode"), [
    ("constant", "constant"), ("edge", "nearest"), ("reflect", "mirror"),
])  # fmt: skip
def test_crop_equals_scipy_shift(mode, scipy_mode):
    x = random_images((60, 2, 5, 6)) + 1
    y = Crop(2, mode)(x, rng())
    top, left = rng().integers(0, 5, (2, 60))
    for image, cropped, i, j in zip(x, y, top, left, strict=True):
        expected = scipy.ndimage.shift(image, (0, 2 - i, 2 - j), order=0, mode=scipy_mode)
        np.testing.assert_array_equal(cropped, expected)
    assert set(top) == set(left) == set(range(5))


@pytest.mark.parametrize(("axis", "flip"), [("horizontal", np.fliplr), ("vertical", np.flipud)])
def test_flip_mirrors_a_share_of_the_images(axis, flip):
    x = random_images((400, 2, 3, 4))
    y = Flip(0.25, axis)(x, rng())
    same = [np.array_equal(image, new) for image, new in zip(x, y, strict=True)]
    for image, new, kept in zip(x, y, same, strict=True):
        if not kept:
            np.testing.assert_array_equal(new, flip(image.transpose(1, 2, 0)).transpose(2, 0, 1))
    assert 0.18 < 1 - np.mean(same) < 0.32


@pytest.mark.parametrize("p", [0, 1])
def test_flip_never_or_always(p):
    x = random_images()
    np.testing.assert_array_equal(Flip(p)(x, rng()), x[..., ::-1] if p else x)


@given(
    shape=shapes,
    seed=st.integers(0, 99),
    fill=st.floats(-1, 1),
    dtype=floats,
    most=st.floats(0.01, 180),
)
def test_rotate_equals_scipy(shape, seed, fill, dtype, most):
    x = random_images(shape, dtype, seed)
    angles = rng(seed).uniform(-most, most, len(x))
    y = Rotate(most, fill)(x, rng(seed))
    for image, turned, angle in zip(x, y, angles, strict=True):
        for plane, result in zip(image, turned, strict=True):
            cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
            matrix = np.array([[cos, sin], [-sin, cos]])
            middle = (np.array(plane.shape) - 1) / 2
            expected = scipy.ndimage.affine_transform(
                plane.astype(np.float64), matrix, middle - matrix @ middle, order=1,
                mode="grid-constant", cval=fill,
            )  # fmt: skip
            np.testing.assert_allclose(result, expected, atol=1e-5 if dtype == np.float32 else 1e-9)


@pytest.mark.parametrize("quarter", [0, 1, 2, 3, 4, -1])
def test_quarter_turns_are_rot90(quarter):
    x = random_images((3, 6, 6))
    y = warped(x, rotation(quarter * np.pi / 2, (6, 6)), 0.0)
    np.testing.assert_allclose(y, np.rot90(x, quarter, (1, 2)), atol=1e-12)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_cutout_covers_one_square_in_all_channels(size):
    x = random_images((500, 2, 5, 7)) + 1
    y = Cutout(size, fill=-1)(x, rng())
    middles = set()
    for image, cut in zip(x, y, strict=True):
        covered = (cut == -1).all(axis=0)
        np.testing.assert_array_equal(cut[:, ~covered], image[:, ~covered])
        assert not ((cut == -1).any(axis=0) & ~covered).any()
        squares = [
            (i, j)
            for i in range(5)
            for j in range(7)
            if np.array_equal(square(i, j, size), covered)
        ]
        assert squares
        middles.update(squares)
    assert len(middles) == 35 or size > 2


def square(i, j, size):
    """The covered pixels (5, 7) around the centre (i, j), by a loop."""
    mask = np.zeros((5, 7), bool)
    for a in range(i - size // 2, i - size // 2 + size):
        for b in range(j - size // 2, j - size // 2 + size):
            if 0 <= a < 5 and 0 <= b < 7:
                mask[a, b] = True
    return mask


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_normalize_per_channel(kind):
    x = random_images((50, 3, 8, 8))
    mean, std = x.mean((0, 2, 3)), x.std((0, 2, 3))
    y = Normalize(kind(mean), kind(std))(x, rng())
    np.testing.assert_allclose(y.mean((0, 2, 3)), 0, atol=1e-12)
    np.testing.assert_allclose(y.std((0, 2, 3)), 1, atol=1e-12)


def test_normalize_one_number_for_all():
    x = random_images()
    np.testing.assert_allclose(Normalize(0.5, 0.25)(x, rng()), (x - 0.5) / 0.25)


def test_compose_applies_in_order_with_one_generator():
    x = random_images()
    shared = rng(3)
    expected = Normalize(0, 2)(Shift(2)(Flip()(x, shared), shared), shared)
    result = Compose(Flip(), Shift(2), Normalize(0, 2))(x, rng(3))
    np.testing.assert_array_equal(result, expected)


def test_compose_leaves_what_others_return_alone():
    kept = random_images()
    kept.flags.writeable = False
    result = Compose(Flip(), lambda images, generator: kept, Flip(p=1))(random_images(), rng())
    np.testing.assert_array_equal(result, kept[..., ::-1])
    with pytest.raises(ArgumentTypeError, match="got NoneType"):
        Compose(lambda images, generator: None)(random_images(), rng())


BAD = {
    "shift 0": (lambda: Shift(0), "max_pixels.*got 0"),
    "shift text": (lambda: Shift("2"), "max_pixels.*got '2'"),
    "shift fill": (lambda: Shift(1, fill=np.nan), "fill.*got nan"),
    "shift far": (lambda: Shift(7)(random_images(), rng()), "max_pixels.*got 7"),
    "crop -1": (lambda: Crop(-1), "padding.*got -1"),
    "crop mode": (lambda: Crop(1, "wrap"), "mode.*got 'wrap'"),
    "crop far": (lambda: Crop(8)(random_images(), rng()), "padding.*got 8"),
    "flip p": (lambda: Flip(1.5), r"\bp\b.*got 1\.5"),
    "flip NaN": (lambda: Flip(np.nan), r"\bp\b.*got nan"),
    "flip axis": (lambda: Flip(axis="up"), "axis.*got 'up'"),
    "rotate 0": (lambda: Rotate(0), r"max_degrees.*got 0\.0"),
    "rotate 181": (lambda: Rotate(181), r"max_degrees.*got 181\.0"),
    "rotate fill": (lambda: Rotate(10, np.inf), "fill.*got inf"),
    "cutout 0": (lambda: Cutout(0), "size.*got 0"),
    "cutout far": (lambda: Cutout(8)(random_images(), rng()), "size.*got 8"),
    "cutout fill": (lambda: Cutout(2, None), "fill.*got None"),
    "std 0": (lambda: Normalize(0, 0), r"std.*got 0\.0"),
    "std one 0": (lambda: Normalize(0, [1, 0]), r"std.*got 0\.0"),
    "mean text": (lambda: Normalize("0", 1), "mean.*got '0'"),
    "mean none": (lambda: Normalize([], 1), r"mean.*got \[\]"),
    "channels": (
        lambda: Normalize([0, 0], 1)(random_images(), rng()),
        "mean.*got 2",
    ),
    "compose": (lambda: Compose(Flip(), "shift"), "Compose.*got 'shift'"),
    "compose order": (lambda: Compose(MixUp(0.3), Flip()), r"last.*got MixUp\(alpha=0\.3\)"),
    "fill": (lambda: Shift(1, fill=2.0)(random_images(dtype=np.uint8), rng()), r"fill.*got 2\.0"),
    "distortion": (lambda: Perspective(1.5), r"distortion.*got 1\.5"),
    "perspective p": (lambda: Perspective(p=-1), r"\bp\b.*got -1\.0"),
    "perspective fill": (lambda: Perspective(fill=np.nan), r"fill.*got nan"),
    "planar shift": (lambda: Planar(shift=-1), r"shift.*at least 0; got -1\.0"),
    "planar scale": (lambda: Planar(scale=1), r"scale.*below 1; got 1\.0"),
    "planar squeeze": (lambda: Planar(squeeze=1.5), r"squeeze.*below 1; got 1\.5"),
    "planar shear": (lambda: Planar(shear=np.inf), r"shear.*finite.*got inf"),
    "planar fill": (lambda: Planar(fill=2.0)(random_images(dtype=np.uint8), rng()), "fill.*got 2"),
    "scale 0": (lambda: RandomResizedCrop((0, 1)), r"scale.*above 0.*got 0\.0"),
    "scale 2": (lambda: RandomResizedCrop((0.5, 2)), r"scale.*at most 1; got 2\.0"),
    "scale falls": (lambda: RandomResizedCrop((0.9, 0.5)), r"scale.*smaller.*got \(0\.9, 0\.5\)"),
    "ratio one": (lambda: RandomResizedCrop(ratio=1.0), r"ratio.*two numbers.*got 1\.0"),
    "ratio 0": (lambda: RandomResizedCrop(ratio=(0, 1)), r"ratio.*above 0.*got 0\.0"),
    "brightness": (lambda: ColorJitter(-0.1), r"brightness.*at least 0.*got -0\.1"),
    "contrast": (lambda: ColorJitter(contrast=(1.5, 0.5)), r"contrast.*got \(1\.5, 0\.5\)"),
    "saturation": (lambda: ColorJitter(saturation="1"), "saturation.*got '1'"),
    "hue": (lambda: ColorJitter(hue=0.6), r"hue.*at most 0\.5; got 0\.6"),
    "hue low": (lambda: ColorJitter(hue=(-0.6, 0)), r"hue.*at least -0\.5.*got -0\.6"),
    "jitter channels": (
        lambda: ColorJitter(0.5)(random_images((1, 2, 9, 9)), rng()),
        "ColorJitter: images.*1 channel.*got 2",
    ),
    "jitter after normalize": (
        lambda: Compose(Normalize(0.5, 0.25), ColorJitter(0.5))(
            np.full((1, 3, 9, 9), 255, np.uint8), rng()
        ),
        r"ColorJitter: floats.*\[0, 1\].*got 2 to 2: .*Normalize last",
    ),
    "trivial of 0..255": (
        lambda: TrivialAugment()(np.full((1, 3, 9, 9), 200.0), rng()),
        "TrivialAugment: floats.*got 200 to 200",
    ),
    "no rows": (lambda: Flip()(np.zeros((1, 1, 0, 9)), rng()), r"empty axis; got \(1, 1, 0, 9\)"),
    "num_ops": (lambda: RandAugment(num_ops=0), "num_ops.*got 0"),
    "magnitude": (lambda: RandAugment(magnitude=31), "magnitude.*at most 30; got 31"),
    "rand channels": (
        lambda: RandAugment()(random_images((1, 4, 9, 9)), rng()),
        "RandAugment: images.*1 channel.*got 4",
    ),
    "trivial channels": (
        lambda: TrivialAugment()(random_images((1, 4, 9, 9)), rng()),
        "TrivialAugment: images.*1 channel.*got 4",
    ),
    "alpha": (lambda: MixUp(0), r"alpha.*above 0; got 0\.0"),
    "cutmix alpha": (lambda: CutMix(np.inf), r"alpha.*got inf"),
    "targets of labels": (
        lambda: MixUp()(random_images(), np.zeros(6, np.int64), rng()),
        "MixUp: targets.*floats.*got int64",
    ),
    "targets of a list": (
        lambda: Compose(CutMix())(random_images(), [1], rng()),
        "CutMix: targets.*floats.*got list",
    ),
    "no targets": (
        lambda: Compose(CutMix())(random_images(), rng()),
        r"CutMix.*mixes images.*targets.*got 2 arguments",
    ),
    "targets of five": (
        lambda: CutMix()(random_images(), np.zeros((5, 2)), rng()),
        r"CutMix: targets.*\(6, K\).*got \(5, 2\)",
    ),
    "name": (lambda: named("flip,mixpu"), "augment must.*got 'mixpu': did you mean 'mixup'"),
    "no name": (lambda: named(""), "augment must name.*flip-crop.*got ''"),
    "names": (lambda: named(3), "augment must be text.*got 3"),
    "order of names": (
        lambda: named("mixup, flip"),
        "augment must end in mixup.*got 'mixup, flip'",
    ),
    "views": (lambda: mirrored(np.zeros((9, 9))), r"\(N, C, H, W\).*got \(9, 9\)"),
    "views of integers": (lambda: crops(np.zeros((1, 1, 9, 9), int)), "uint8.*got int64"),
}


@pytest.mark.parametrize("case", BAD)
def test_refuses(case):
    call, words = BAD[case]
    with pytest.raises(BadakError, match=words):
        call()


@pytest.mark.parametrize("transform", [*EVERY, *COLOURS, *MIXING], ids=repr)
def test_refuses_what_are_no_images(transform):
    more = [np.zeros((1, 2))] if getattr(transform, "mixes", False) else []
    with pytest.raises(ArgumentTypeError, match=r"uint8, float32 or float64; got int64"):
        transform(np.zeros((1, 1, 9, 9), np.int64), *more, rng())
    with pytest.raises(ArgumentTypeError, match="got list"):
        transform([[1.0]], *more, rng())
    with pytest.raises(BadakError, match=r"\(N, C, H, W\).*got \(9, 9\)"):
        transform(np.zeros((9, 9)), *more, rng())


def test_names_make_transforms():
    assert named("flip") == Flip()
    assert [type(one) for one in named("flip, randaugment,mixup").transforms] == [
        Flip, RandAugment, MixUp,
    ]  # fmt: skip
    assert repr(named("flip-crop,cutmix")) == repr(Compose(Flip(), Crop(4), CutMix()))
    for name, transform in augment.AUGMENTATIONS.items():
        assert named(name) is transform


def test_every_transform_of_the_package_is_tested_here():
    bases = augment.Augmentation, augment.Mixing
    kinds = {
        kind
        for kind in vars(augment).values()
        if isinstance(kind, type) and issubclass(kind, bases) and kind not in bases
    }
    assert kinds == {type(transform) for transform in (*EVERY, *COLOURS, *MIXING)}
