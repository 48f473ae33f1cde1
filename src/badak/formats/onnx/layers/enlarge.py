"""ConvTranspose2d and Upsample, both ways."""

from typing import Any

import numpy as np

from badak.arrays import Shape
from badak.errors import FormatError
from badak.formats.onnx.call import Call, as_numbers
from badak.formats.onnx.layers.windows import attributes, padding_from, short
from badak.formats.onnx.value import Loaded, Value
from badak.formats.onnx.writer import GraphWriter
from badak.layers import ConvTranspose2d, Upsample


def write_conv_transpose(
    graph: GraphWriter, name: str, layer: ConvTranspose2d, x: str, shape: Shape
) -> str:
    """One node."""
    return graph.add(
        "ConvTranspose",
        [x, *graph.state(name, layer)],
        name,
        **attributes(layer.spread, layer.spread.sides(*shape[1:])),
        dilations=layer.spread.dilation,
        output_padding=layer.extra,
        group=layer.groups,
    )


def read_conv_transpose(call: Call) -> Value:
    """ConvTranspose2d."""
    x, weight = call.image(), call.floats(1, 4)
    bias = None if call.at(2) is None else call.floats(2, 1)
    groups, kernel = call.integer("group", 1), call.pair("kernel_shape", weight.shape[2:])
    if kernel != weight.shape[2:] or groups < 1 or len(weight) != len(x) or len(x) % groups:
        raise FormatError(
            f"its weight {weight.shape} in {groups} groups does not fit its kernel_shape {kernel} "
            f"or the input's {len(x)} channels"
        )
    filters = weight.shape[1] * groups
    if bias is not None and bias.shape != (filters,):
        raise FormatError(f"its bias must be {(filters,)}, one per filter; it is {bias.shape}")
    word = call.word("auto_pad", "NOTSET")
    if word not in ("NOTSET", "VALID") or call.integers("output_shape", []):
        raise FormatError(
            f"its padding must be given as pads; got auto_pad {word[:20]} or an output_shape"
        )
    pads = padding_from(call.integers("pads", [0, 0, 0, 0]))
    extra = call.integers("output_padding", [0, 0])
    layer = ConvTranspose2d(
        filters,
        short(kernel),
        short(call.pair("strides", [1, 1])),
        pads,
        extra[0] if len(set(extra)) == 1 else tuple(extra),
        short(call.pair("dilations", [1, 1])),
        groups,
        bias is not None,
    )
    arrays = {"weight": weight} if bias is None else {"weight": weight, "bias": bias}
    return call.gives(x, Loaded(layer, (arrays,)))


def write_upsample(graph: GraphWriter, name: str, layer: Upsample, x: str, shape: Shape) -> str:
    """Resize by scales, with the words that PyTorch writes."""
    scales = graph.array(f"{name}.scales", [1, 1, *layer.factors])
    how: dict[str, Any] = {"mode": "nearest", "nearest_mode": "floor"}
    if layer.mode == "bilinear":
        how = {"mode": "linear"}
    transformation = "asymmetric" if layer.mode == "nearest" else "half_pixel"
    if layer.align_corners:
        transformation = "align_corners"
    how["coordinate_transformation_mode"] = transformation
    return graph.add("Resize", [x, "", scales], name, **how)


# Of (mode, where places lie, how they are rounded): those that whole factors make alike.
NEAREST = {
    ("asymmetric", "floor"),
    ("half_pixel", "round_prefer_floor"),
    ("half_pixel", "round_prefer_ceil"),
    ("pytorch_half_pixel", "round_prefer_floor"),
    ("pytorch_half_pixel", "round_prefer_ceil"),
}
LINEAR = {"half_pixel": False, "pytorch_half_pixel": False, "align_corners": True}


def read_resize(call: Call) -> Value:
    """Upsample; nothing if the size stays."""
    x = call.image()
    factors = _factors(call, x.shape)
    mode = call.word("mode", "nearest")
    place = call.word("coordinate_transformation_mode", "half_pixel")
    near = call.word("nearest_mode", "round_prefer_floor")
    call.real("cubic_coeff_a", -0.75)  # PyTorch writes it with any mode
    call.real("extrapolation_value", 0.0)
    call.integer("exclude_outside", 0)
    policy = call.word("keep_aspect_ratio_policy", "stretch")
    if call.integer("antialias", 0) or policy != "stretch":
        raise FormatError(
            f"it must not smooth, nor choose sizes of its own; got antialias or {policy[:20]!r}"
        )
    if factors == (1, 1):
        return call.gives(x)
    if mode == "nearest" and (place, near) in NEAREST:
        return call.gives(x, Loaded(Upsample(short(factors))))
    if mode == "linear" and place in LINEAR:
        return call.gives(x, Loaded(Upsample(short(factors), "bilinear", LINEAR[place])))
    raise FormatError(
        f"its mode must be nearest or linear, with places that badak knows; got mode "
        f"{mode[:20]!r}, {place[:30]!r}, {near[:30]!r}"
    )


def _factors(call: Call, shape: Shape) -> tuple[int, int]:
    """Whole factors for rows and columns, from the scales or from the sizes."""
    if call.at(3) is not None:
        sizes = as_numbers(call.array(3))
        if len(sizes) != 4 or sizes[1] != shape[0] or not _whole(sizes[2:], shape[1:]):
            raise FormatError(
                f"it must enlarge rows and columns by whole factors; {shape} becomes {sizes}"
            )
        return sizes[2] // shape[1], sizes[3] // shape[2]
    scales = call.floats(2, 1)
    rounded = np.rint(scales)
    if (
        len(scales) != 4
        or (scales[:2] != 1).any()
        or (scales != rounded).any()
        or (scales < 1).any()
    ):
        raise FormatError(
            f"it must enlarge rows and columns by whole factors; got scales {scales.tolist()[:8]}"
        )
    return int(scales[2]), int(scales[3])


def _whole(sizes: list[int], before: Shape) -> bool:
    pairs = zip(sizes, before, strict=True)
    return all(size >= old and size % old == 0 for size, old in pairs)


WRITERS = {ConvTranspose2d: write_conv_transpose, Upsample: write_upsample}
READERS = {"ConvTranspose": read_conv_transpose, "Resize": read_resize}
