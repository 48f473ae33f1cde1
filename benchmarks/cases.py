"""The tables: what is measured, and who takes part."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import drawn
from badak import Network
from networks import FIRST, NETWORKS
from task import Task
from windows import in_full


@dataclass(frozen=True)
class Case:
    """One line of the comparison.

    Attributes:
        kind: "train" (forward, loss, backward, Adam), "forward", "gemm", or "process" (a command
            from start to exit).
        make: builds the network.
        batch: images in it.
        product: (m, n, k) of c = a b, a (m, k), b (k, n).
        form: which of a and b are stored transposed: "nn", "nt", "tn", "tt".
    """

    kind: str
    make: Callable[..., Network] | None = None
    batch: int = 0
    product: tuple[int, int, int] = (0, 0, 0)
    form: str = "nn"


@dataclass(frozen=True)
class Peer:
    """Who computes.

    Attributes:
        module: the file here that holds its `prepare`.
        libraries: what must be installed.
        cases: patterns of those it takes part in.
    """

    module: str
    libraries: tuple[str, ...]
    cases: tuple[str, ...]


ANY_NETWORK = ("*-train", "*-forward", "*-one")
NAMED = tuple(f"{name}-*" for name in NETWORKS)
# As many networks as are wanted, drawn from a seed: random:SEED:COUNT.
DRAWN = re.compile(r"random:(\d+):(\d+)")
PEERS = {
    "badak": Peer("bench_badak", ("badak",), ("*",)),
    "torch-eager": Peer("bench_torch", ("torch",), (*ANY_NETWORK, "mnist-epoch")),
    "torch-channels-last": Peer("bench_torch", ("torch",), ANY_NETWORK),
    # Compiling takes minutes for some, so not for those that are drawn.
    "torch-compile": Peer("bench_torch", ("torch",), NAMED),
    "onnxruntime": Peer("bench_onnxruntime", ("onnxruntime", "onnx"), ("*-forward", "*-one")),
    "jax": Peer("bench_jax", ("jax",), ANY_NETWORK),
    "numpy": Peer("bench_numpy", ("numpy",), ("gemm-*",)),
    "book": Peer("bench_book", ("numpy",), ("simple-train",)),
}
FORMS = ("nn", "nt", "tn", "tt")


def products() -> list[tuple[int, int, int]]:
    """(m, n, k) of two large products, and of each layer's forward product in the first networks.

    A convolution multiplies its filters (F, C*KH*KW) by the columns of one image, group by group;
    a linear layer multiplies the whole batch.
    """
    sizes: dict[tuple[int, int, int], None] = {(1024,) * 3: None, (2048,) * 3: None}
    # AlexNet's products do not depend on its hidden layers' weights, which take seconds to draw;
    # those layers' own are added by hand.
    small = {"alexnet": {"hidden_sizes": (1, 1), "num_classes": 1}}
    for name, (make, batch) in FIRST.items():
        net = make(**small.get(name, {}))
        shape: tuple[int, ...] = net.input_shape
        for layer in net.layers.values():
            output = layer.output_shape(shape)
            weight = layer.parameters.get("weight")
            if weight is not None and weight.ndim == 4:
                cells = weight[0].size
                sizes[len(weight) // layer.config()["groups"], output[1] * output[2], cells] = None
            elif weight is not None and name not in small:
                sizes[batch, len(weight), weight.shape[1]] = None
            shape = output
    for outputs, inputs in ((4096, 9216), (4096, 4096), (1000, 4096)):
        sizes[FIRST["alexnet"][1], outputs, inputs] = None
    return list(sizes)


def table() -> dict[str, Case]:
    """Every case that has a name of its own."""
    cases = {}
    for name, (make, batch) in NETWORKS.items():
        cases |= cases_of(name, make, batch)
    for m, n, k in products():
        for form in FORMS:
            cases[f"gemm-{m}x{n}x{k}-{form}"] = Case("gemm", product=(m, n, k), form=form)
    cases["mnist-epoch"] = cases["import"] = Case("process")
    return cases


def drawn_cases(patterns: str) -> tuple[dict[str, Case], str]:
    """The cases random-SEED-NUMBER-KIND that the patterns want drawn, and the other patterns."""
    cases, rest = {}, []
    for word in patterns.split(","):
        if match := DRAWN.fullmatch(word.strip()):
            seed, count = int(match[1]), int(match[2])
            for number in range(1, count + 1):
                cases |= cases_of(f"random-{seed}-{number}", *drawn.network(seed, number))
        else:
            rest.append(word)
    return cases, ",".join(rest)


def cases_of(name: str, make: Callable[..., Network], batch: int) -> dict[str, Case]:
    """A network's three."""
    return {
        f"{name}-train": Case("train", make, batch),
        f"{name}-forward": Case("forward", make, batch),
        f"{name}-one": Case("forward", make, 1),
    }


def task_of(case: Case) -> tuple[Task, int]:
    """Make a case's arrays, the same each time; return them with the FLOPs of one step."""
    generator = np.random.default_rng(0)
    if case.make is None:
        m, n, k = case.product
        shapes = {"a": (m, k), "b": (k, n)}
        arrays: dict[str, Any] = {}
        for (name, shape), letter in zip(shapes.items(), case.form, strict=True):
            stored = shape[::-1] if letter == "t" else shape
            arrays[name] = generator.standard_normal(stored).astype(np.float32)
        return Task("gemm", arrays=arrays, form=case.form), 2 * m * n * k
    # He's weights for all: with SimpleConvNet's own 0.01 any two outputs would look alike.
    net = case.make(weight_init="he")
    arrays = {name: array.copy() for name, array in net.state().items()}
    norms = [name.removesuffix(".running_var") for name in arrays if name.endswith("running_var")]
    for name in norms:
        arrays |= trained_norm(name, len(arrays[f"{name}.weight"]))
    arrays["x"] = generator.random((case.batch, *net.input_shape), dtype=np.float32)
    arrays["labels"] = generator.integers(0, net.num_classes, case.batch)
    summary = net.summary()
    flops = summary.training_flops if case.kind == "train" else summary.flops
    return Task(case.kind, in_full(net), arrays), case.batch * flops


def trained_norm(name: str, channels: int) -> dict[str, np.ndarray]:
    """A batch norm's arrays, not the ones and zeros of its start, which would hide a mistake."""
    random = np.random.default_rng(channels)
    return {
        f"{name}.weight": random.uniform(0.8, 1.2, channels).astype(np.float32),
        f"{name}.bias": random.uniform(-0.1, 0.1, channels).astype(np.float32),
        f"{name}.running_mean": random.uniform(-0.1, 0.1, channels).astype(np.float32),
        f"{name}.running_var": random.uniform(0.8, 1.2, channels).astype(np.float32),
    }
