"""Embedding: a layer's outputs laid out on a plane, similar images near each other.

Letters: N images, D outputs of the layer for one image.
"""

from dataclasses import dataclass

import numpy as np

from badak import checks
from badak.arrays import Array, Labels
from badak.data import Dataset
from badak.errors import BadakError, needs
from badak.inspect.attribution.backward import trace
from badak.inspect.evaluation.predictions import BATCH, check_fit
from badak.inspect.subject import finite, one_layer
from badak.network import Network

METHODS = ("pca", "tsne")
FEWEST = 3
# As van der Maaten and Hinton 2008, section 4.1, have it: t-SNE starts from 30 principal
# components and looks at about as many neighbours.
COMPONENTS = PERPLEXITY = 30


@dataclass(frozen=True, eq=False)
class Embedding:
    """A place on the plane for each image.

    Attributes:
        points: (N, 2).
        labels: (N,) true classes.
        class_names: K names.
        layer: the layer whose outputs these are.
        method: "pca" or "tsne".
        explained: (2,) share of the outputs' variance along each axis; None for t-SNE, whose
            axes and distances mean nothing by themselves.
    """

    points: Array
    labels: Labels
    class_names: tuple[str, ...]
    layer: str
    method: str
    explained: Array | None


def embedding(
    net: Network, data: Dataset, layer: str, method: str = "pca", seed: int = 0
) -> Embedding:
    """Lay a layer's outputs out on a plane, one point per image.

    A thousand images make a picture; time grows with their square, or with the cube.

    Args:
        net: the network.
        data: labelled images, at least 3.
        layer: the layer's name; inside a block ``"block1.conv1"``.
        method: "pca" for the two directions of largest variance, by singular values; "tsne" for
            t-SNE (van der Maaten and Hinton 2008), which keeps neighbours together.
        seed: of t-SNE; it starts from the principal components, so the seed changes little.

    Raises:
        ArgumentTypeError: no network, no Dataset, or a seed that is not an integer.
        BadakError: an unknown layer or method, images or classes that do not fit, fewer than 3
            images, or a layer that gives every image the same output, or NaN or infinity.
        MissingExtra: "tsne" without scikit-learn.

    Example:
        >>> from badak import data, models
        >>> _, test = data.load("digits")
        >>> embedding(models.SimpleConvNet(), test[:50], "relu2").points.shape
        (50, 2)
    """
    checks.choice(method, "method", METHODS)
    checks.integer(seed, "seed", maximum=2**32 - 1)
    check_fit(net, data)
    one_layer(net, layer)
    if len(data) < FEWEST:
        raise BadakError(f"an embedding needs at least {FEWEST} images; got {data}")
    rows = finite(_outputs(net, data, layer), f"the output of layer {layer!r}")
    if (rows == rows[0]).all():
        raise BadakError(f"layer {layer!r} gives every image the same output: nothing to lay out")
    if method == "tsne":
        points = _tsne(principal(rows, COMPONENTS)[0], seed)
        return Embedding(points, data.labels, data.class_names, layer, method, None)
    points, explained = principal(rows, 2)
    return Embedding(points, data.labels, data.class_names, layer, method, explained)


def _outputs(net: Network, data: Dataset, layer: str) -> Array:
    """(N, D): what a layer puts out for each image, in a row."""
    batches = []
    for start in range(0, len(data), BATCH):
        seen = trace(net, data.images[start : start + BATCH], last=layer)
        batches.append(seen.output.reshape(len(seen.images), -1))  # (N, C, H, W) -> (N, C*H*W)
        checks.memory(8 * len(data) * batches[0].shape[1], f"the outputs of layer {layer!r}")
    return np.concatenate(batches)


def principal(rows: Array, count: int) -> tuple[Array, Array]:
    """Return (N, count), some rows' first principal components, and the variance's share of each.

    Components beyond N or D are 0. A component's sign is free: its largest weight is made positive,
    so that the same rows give the same points. Source: Hotelling 1933.

    Example:
        >>> points, share = principal(np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]), 2)
        >>> points[:, 0].round(6), share.round(6)
        (array([-5.,  0.,  5.]), array([1., 0.]))
    """
    centred = rows - rows.mean(axis=0, dtype=np.float64)
    # (N, D) = u (N, R) * s (R,) @ vt (R, D), with s falling and R the smaller of N and D
    u, s, vt = np.linalg.svd(centred, full_matrices=False)
    largest = vt[np.arange(len(vt)), abs(vt).argmax(axis=1)]
    points, share = u * s * np.where(largest < 0, -1, 1), s**2 / (s**2).sum()
    missing = max(0, count - len(s))
    return np.pad(points, ((0, 0), (0, missing)))[:, :count], np.pad(share, (0, missing))[:count]


def _tsne(rows: Array, seed: int) -> Array:
    with needs("t-SNE needs scikit-learn, method='pca' does not", extra="sklearn"):
        from sklearn.manifold import TSNE
        from threadpoolctl import threadpool_limits  # scikit-learn brings it
    # Few images have few neighbours; scikit-learn looks at three times the perplexity.
    perplexity = min(PERPLEXITY, (len(rows) - 1) / 3)
    # Its threads wait for each other in every one of a thousand steps, spinning: on a busy machine
    # that takes ten times as long as one thread alone.
    with threadpool_limits(1):
        points = TSNE(2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(rows)
    return np.asarray(points, np.float64)
