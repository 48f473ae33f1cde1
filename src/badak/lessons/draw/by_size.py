"""convolution_by_size: time and memory of each way, by the sizes of image and filter."""

from typing import TYPE_CHECKING

from badak.lessons.by_size import ConvolutionBySize
from badak.lessons.three_ways import WAYS

if TYPE_CHECKING:
    from badak.inspect.draw.figure import Figure

COLOURS = dict(zip(WAYS, ("#868e96", "#1f6feb", "#d9480f", "#2b8a3e"), strict=True))
MARKERS = dict(zip(WAYS, "osD^", strict=True))


def convolution_by_size(measurements: ConvolutionBySize) -> "Figure":
    """Draw time (above) and peak memory (below) of each way by the size of image and filter.

    Example:
        >>> from badak.lessons import convolution_by_size as measure
        >>> figure = convolution_by_size(measure((4, 6), (1, 3)))
        >>> [axes.get_title() for axes in figure.axes][:2]
        ['3x3 filters, growing images', '6x6 images, growing filters']
    """
    from badak.inspect.draw.figure import Figure

    figure = Figure(figsize=(9, 6.4), layout="constrained")
    axes = figure.subplots(2, 2, sharex="col", sharey="row")
    image, kernel = measurements.image_size, measurements.kernel_size
    columns = (
        (
            measurements.by_image,
            f"{kernel}x{kernel} filters, growing images",
            "side of the image, pixels",
        ),
        (
            measurements.by_kernel,
            f"{image}x{image} images, growing filters",
            "side of the filter, pixels",
        ),
    )
    for column, (by_size, title, side) in enumerate(columns):
        above, below = axes[:, column]
        for name in WAYS:
            look = {"color": COLOURS[name], "marker": MARKERS[name], "markersize": 5}
            label = f"{name} (3x3 only)" if name == "Winograd" else name
            above.plot(by_size.sizes, 1e3 * by_size.seconds[name], label=label, **look)
            below.plot(by_size.sizes, by_size.peak_bytes[name] / 2**20, **look)
        above.set_title(title)
        below.set_xlabel(side)
        for place in (above, below):
            place.set_xscale("log", base=2)
            place.set_yscale("log")
            place.set_xticks(by_size.sizes, [str(size) for size in by_size.sizes])
            place.minorticks_off()
            place.grid(alpha=0.3)
            place.spines[["top", "right"]].set_visible(False)
    axes[0, 0].set_ylabel("time, ms")
    axes[1, 0].set_ylabel("peak memory, MiB")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(WAYS), frameon=False)
    return figure
