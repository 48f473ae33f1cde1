"""Session: what one `badak serve` has open, and the folder that its runs are in."""

import hashlib
import math
import threading
from collections import OrderedDict
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

from badak.arrays import Array
from badak.cli.near import RUNS, runs_in
from badak.cli.opened import model_file
from badak.errors import BadakError, FormatError, did_you_mean
from badak.inspect.explore import Subject
from badak.training import RunDirectory
from badak.web import limits, networks
from badak.web.edits import Edit
from badak.web.evaluations import Evaluations
from badak.web.networks import FRESH, GIVEN, OpenNetwork
from badak.web.trainer import Trainings

OPEN = 8  # networks at once
RUN, FILE = "run/", "file/"


class NoSuchNetwork(BadakError):
    """A page asks about a network that is not open, or a run that is not there."""


class Session:
    """The open networks, by their ids; safe for several threads.

    Args:
        given: a run directory or a model file; if None, the run of the runs folder that learnt
            last, or an untrained network.
        runs_dir: the folder of runs; pages can open those in it, and no other files.
        data_dir: where the data set of `given` is now, if it was moved.

    Attributes:
        first: the id of the network that pages show at first; "" means it too.
        at_end: what is to be done when the server stops.
        trainings: what it trains, and what others train in the runs folder.
        evaluations: the predictions of test images, and the work on them.
    """

    def __init__(
        self, given: Path | None = None, runs_dir: Path = RUNS, data_dir: Path | None = None
    ) -> None:
        self.runs_dir = runs_dir
        self.at_end = ExitStack()
        self.trainings = Trainings()
        self.evaluations = Evaluations()
        self.at_end.callback(self.trainings.close)
        self.at_end.callback(self.evaluations.close)
        self._given, self._data_dir = given, data_dir
        self._networks: OrderedDict[str, OpenNetwork] = OrderedDict()
        self._lock, self._opening = threading.Lock(), threading.Lock()
        self.first = self._keep(self._first()).id

    def _first(self) -> OpenNetwork:
        if self._given is None:
            learnt = [run for run in self.runs if networks.stamp(run) is not None]
            for run in sorted(learnt, key=lambda run: -model_file(run).stat().st_mtime):
                with suppress(BadakError):  # a damaged run is told where runs are listed
                    return self._open(RUN + run.path.name)
            return self._open(FRESH)
        place = self._given.absolute()
        inside = place.is_dir() and place.parent == self.runs_dir.absolute()
        return self._open(RUN + place.name if inside else GIVEN)

    def network(self, identity: str = "") -> OpenNetwork:
        """Return an open network; a run of the runs folder is opened, or read again if it changed.

        Args:
            identity: see `OpenNetwork.id`; "" is the one that the session began with.

        Raises:
            NoSuchNetwork: none of that id is open, and it is no run's.
        """
        identity = identity or self.first
        with self._lock:
            network = self._networks.get(identity)
            if network is not None:
                self._networks.move_to_end(identity)
        if network is not None and network.is_fresh:
            return network
        with self._opening:  # two pages that ask at once get the same network
            with self._lock:
                opened = self._networks.get(identity)
            if opened is not None and opened is not network:
                return opened
            return self._keep(self._open(identity))

    def _open(self, identity: str) -> OpenNetwork:
        if identity == FRESH:
            return networks.fresh()
        if identity == GIVEN and self._given is not None:
            if self._given.suffix in networks.MODEL_FILES and not self._given.is_dir():
                return networks.of_file(GIVEN, self._given)
            return networks.of_run(GIVEN, self._given, self._data_dir)
        if identity.startswith(RUN):
            run = self.run(identity.removeprefix(RUN))
            own = self._given is not None and run.path.absolute() == self._given.absolute()
            return networks.of_run(identity, run.path, self._data_dir if own else None)
        raise NoSuchNetwork(f"no network {identity!r} is open: open its file again")

    def _keep(self, network: OpenNetwork) -> OpenNetwork:
        with self._lock:
            self._networks[network.id] = network
            self._networks.move_to_end(network.id)
            while len(self._networks) > OPEN:
                self._networks.popitem(last=False)
        return network

    def send(self, name: str, content: bytes, like: str = "") -> OpenNetwork:
        """Open the network in the bytes of a model file; the same bytes have the same id.

        Args:
            name: of the file.
            content: its bytes.
            like: id of a network of the same architecture, for a file that holds weights alone.
        """
        limits.name(name, "the file's name")
        if Path(name).suffix.lower() in networks.WEIGHT_FILES:
            same = self.network(like)
            identity = FILE + hashlib.sha256(same.id.encode() + content).hexdigest()[:12]
            return self._keep(networks.with_weights(identity, name, content, same))
        identity = FILE + hashlib.sha256(content).hexdigest()[:12]
        return self._keep(networks.of_bytes(identity, name, content))

    def close(self, identity: str) -> None:
        """Forget an open network; one of a run can be opened again."""
        with self._lock:
            if self._networks.pop(identity, None) is None:
                raise NoSuchNetwork(f"no network {identity!r} is open")

    @property
    def open_networks(self) -> list[OpenNetwork]:
        """Those that are open, the one used last at the end."""
        with self._lock:
            return list(self._networks.values())

    @property
    def runs(self) -> list[RunDirectory]:
        """The runs in the runs folder, by name."""
        return [RunDirectory(path) for path in runs_in(self.runs_dir)]

    def run(self, name: str) -> RunDirectory:
        """Return the run of the runs folder that has this name.

        Raises:
            BadakError: a name that could lead out of the folder.
            NoSuchNetwork: there is no such run.
        """
        run = RunDirectory(self.runs_dir / limits.name(name))
        if not run.config.is_file():
            hint = did_you_mean(name, [other.path.name for other in self.runs])
            raise NoSuchNetwork(f"{self.runs_dir} holds no run {name!r}{hint}")
        return run

    def subject(
        self, identity: str = "", image: Array | None = None, edits: tuple[Edit, ...] = ()
    ) -> Subject:
        """Return what a question is about.

        Args:
            identity: see `network`.
            image: the numbers of one image, (C*H*W,).
            edits: changes of the weights.
        """
        network = self.network(identity)
        subject = network.subject
        net = network.edited(edits) if edits else subject.net
        if image is not None:
            shape = net.input_shape
            if image.size != math.prod(shape):
                raise FormatError(
                    f"input must be the {math.prod(shape)} numbers of an image {shape}; "
                    f"got {image.size}"
                )
            image = image.reshape(shape).astype(net.dtype)
        return replace(subject, net=net, input=image)
