"""The networks that pages look into: a run's, a file's, or one that has learnt nothing yet."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any

from badak import data, load
from badak.cli.config import FOLDER, RunConfig
from badak.cli.config_file import read_config
from badak.cli.opened import Opened, model_file, open_run
from badak.data.catalog import entry_of
from badak.errors import BadakError, FormatError
from badak.formats.weights import load_state_dict
from badak.inspect.explore import Subject
from badak.models import SimpleConvNet
from badak.network import Network
from badak.training import RunDirectory
from badak.web.datasets import images_of, once
from badak.web.edits import Edit, edited

MODEL_FILES = (".safetensors", ".onnx")
WEIGHT_FILES = (".pth", ".pt")  # PyTorch's, which hold no architecture
DIGITS = "digits"  # part of badak: these images are always at hand
EDITED = 2  # copies of a network with edits
FRESH, GIVEN = "fresh", "given"
UNTRAINED = "the weights that it begins with"


@dataclass(frozen=True)
class OpenNetwork:
    """A network that is open.

    Attributes:
        id: by which pages name it: "run/NAME" for one in the runs folder, "file/HEX" for one that
            was sent, "given" for one that the command line named, "fresh" for an untrained one.
        title: what people call it.
        subject: the network, without an image.
        opened: the run that it came from, if any.
        stamp: of its file, when it was read; None without one.
        size: bytes of its file; 0 without one.
        like: the network whose architecture it has, if its file holds weights alone.
        path: of its file, as Python may find it; its name alone if a page sent it.
    """

    id: str
    title: str
    subject: Subject
    opened: Opened | None = None
    stamp: object = None
    size: int = 0
    like: "OpenNetwork | None" = None
    path: str = ""

    @cached_property
    def edited(self) -> Callable[[tuple[Edit, ...]], Network]:
        """Returns the network with edits; the last copies are kept as long as the network is."""
        return lru_cache(maxsize=EDITED)(partial(edited, self.subject.net))

    @property
    def is_fresh(self) -> bool:
        """Whether its file is still the one that was read: a training may have gone on."""
        if self.opened is not None:
            return stamp(self.opened.run) == self.stamp
        if self.stamp is None:  # no file of this computer
            return True
        return stamp_of(Path(self.path)) in (self.stamp, None)  # what was read outlives its file


def stamp(run: RunDirectory) -> object:
    """What changes if a run's model or options are written again; None if there is no model."""
    return stamp_of(model_file(run), run.config)


def stamp_of(*paths: Path) -> object:
    """What changes if one of these files is written again; None if one is missing."""
    try:
        states = [path.stat() for path in paths]
    except OSError:
        return None
    return [(state.st_ino, state.st_mtime_ns, state.st_size) for state in states]


def of_run(identity: str, path: Path, data_dir: Path | None) -> OpenNetwork:
    """Open the network of a run directory."""
    before = stamp(RunDirectory(path))
    opened = _opened(path, data_dir)
    config = opened.config
    subject = Subject(
        opened.net,
        config.class_names,
        entry_of(config.dataset).prepare,
        config.crop or 1.0,
        load=once(lambda: images_of(config, opened.run)),
    )
    file = model_file(opened.run)
    size = file.stat().st_size if file.exists() else 0
    return OpenNetwork(identity, path.absolute().name, subject, opened, before, size)


def _opened(path: Path, data_dir: Path | None) -> Opened:
    run = RunDirectory(path)
    if model_file(run).exists() or not run.config.exists():
        return open_run(path, data_dir)
    config = read_config(run)  # its training has just begun
    return Opened(run, config if data_dir is None else config.moved_to(data_dir), config.network())


def of_file(identity: str, path: Path) -> OpenNetwork:
    """Open the network in a model file."""
    before = stamp_of(path)
    if path.suffix == ".onnx":
        from badak import onnx

        net: Network = onnx.load(path)
    elif path.suffix == ".safetensors":
        net = load(path)
    else:
        raise BadakError(
            f"{path.name} must end in {' or '.join(MODEL_FILES)}, or be a run directory"
        )
    names = tuple(str(number) for number in range(net.num_classes))
    prepare = "digit" if (net.input_shape, len(names)) == ((1, 28, 28), 10) else "picture"
    place = str(path.absolute())
    subject = Subject(net, names, prepare)
    size = path.stat().st_size
    return OpenNetwork(identity, path.name, subject, stamp=before, size=size, path=place)


def of_bytes(identity: str, name: str, content: bytes) -> OpenNetwork:
    """Open the network in the bytes of a model file called `name`.

    Raises:
        BadakError: they hold no network, or the name has another ending.
    """
    with tempfile.TemporaryDirectory(prefix="badak-") as folder:
        path = Path(folder) / f"model{Path(name).suffix.lower()}"
        path.write_bytes(content)
        try:
            opened = of_file(identity, path)
        except FormatError as fault:
            raise FormatError(str(fault).replace(str(path), name)) from None
        except BadakError as fault:
            raise BadakError(str(fault).replace(path.name, name)) from None
    return replace(opened, title=name, path=name, stamp=None)


def with_weights(identity: str, name: str, content: bytes, same: OpenNetwork) -> OpenNetwork:
    """Open a network of the same architecture as another, with the weights in a file's bytes.

    Raises:
        BadakError: they hold no weights, or those of another architecture.
    """
    net = same.subject.net.astype(same.subject.net.dtype)  # a copy
    with tempfile.TemporaryDirectory(prefix="badak-") as folder:
        path = Path(folder) / f"weights{Path(name).suffix.lower()}"
        path.write_bytes(content)
        try:
            load_state_dict(net, path)
        except BadakError as fault:
            raise FormatError(
                f"{str(fault).replace(str(path), name)}. A {path.suffix} file holds weights "
                f"without a network: they were tried in {same.title}. Open a network of the "
                "file's architecture first, then this file again, or export the model to ONNX"
            ) from None
    subject = replace(same.subject, net=net)
    return OpenNetwork(identity, name, subject, size=len(content), like=same, path=name)


def fresh() -> OpenNetwork:
    """Open a SimpleConvNet that has learnt nothing, with the handwritten digits of badak."""
    net = SimpleConvNet()
    names = tuple(str(number) for number in range(net.num_classes))
    prepare = entry_of(DIGITS).prepare
    subject = Subject(net, names, prepare, load=once(lambda: data.load(DIGITS)))
    return OpenNetwork(FRESH, "SimpleConvNet", subject)


def about(network: OpenNetwork) -> dict[str, Any]:
    """What a page tells of an open network; of a run also what it learnt, and how."""
    facts: dict[str, Any] = {
        "network": network.id,
        "title": network.title,
        "run": None,
        "code": _code(network),
    }
    if network.opened is not None:
        facts["run"] = _about_run(network.opened, network.opened.config)
    return facts


def _code(network: OpenNetwork) -> dict[str, Any]:
    """The lines of Python that make the same network, and its images if there are any."""
    if network.opened is not None:
        return _code_of_run(network.opened)
    if network.id == FRESH:
        images = [f"train, test = badak.data.load({DIGITS!r})"]
        return {"network": ["net = badak.models.SimpleConvNet()"], "images": images}
    if network.like is not None:
        like = _code(network.like)
        return {
            **like,
            "network": [*like["network"], f"badak.load_state_dict(net, {network.title!r})"],
        }
    module = "badak.onnx" if network.title.endswith(".onnx") else "badak"
    return {"network": [f"net = {module}.load({network.path!r})"], "images": None}


def _code_of_run(opened: Opened) -> dict[str, Any]:
    config = opened.config
    net = [f"net = badak.load({str(model_file(opened.run).absolute())!r})"]
    if opened.calibration is not None:
        net.append(f"net = badak.inspect.with_temperature(net, {opened.calibration.temperature})")
    if config.dataset.startswith(FOLDER) or config.split or config.folds:
        # Which images learnt and which tested only the run's options tell.
        run = f"badak.training.RunDirectory(Path({str(opened.run.path.absolute())!r}))"
        images = [
            "from pathlib import Path",
            "from badak.cli.config_file import read_config",
            f"train, test = read_config({run}).load_data()",
        ]
        return {"network": net, "images": images}
    place = f", {config.data_dir!r}" if config.data_dir else ""
    images = [f"train, test = badak.data.load({config.dataset!r}{place})"]
    if config.limit_train or config.limit_test:
        images.append(
            f"train, test = train[:{config.limit_train or ''}], test[:{config.limit_test or ''}]"
        )
    return {"network": net, "images": images}


def _about_run(opened: Opened, config: RunConfig) -> dict[str, Any]:
    return {
        "path": str(opened.run.path.absolute()),
        "data": config.data_name,
        "model": config.model_name,
        "training": config.about(),
        "weights": opened.about if model_file(opened.run).exists() else [UNTRAINED],
    }
