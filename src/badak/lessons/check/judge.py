"""Judges of a changed copy of the reader's code: is what was wrong right now, and all else?"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from badak.lessons.check.arguments import Unfit
from badak.lessons.check.compare import difference
from badak.lessons.check.diagnose import Raised, is_right
from badak.lessons.check.exercises import check_of, run_of
from badak.lessons.check.finding import REMARKS, Finding
from badak.lessons.check.network import LARGER, check_network, loss_of, params_of
from badak.lessons.check.subjects import Subject, Trial

WHOLE, OUTPUT, NEARER, NO = 3, 2, 1, 0  # how much of it is right
STAGES = ("__init__", "predict", "loss", "accuracy", "gradient")


class Judge(Protocol):
    """Says how much of a changed function or class is right."""

    def __call__(self, thing: Any) -> int:
        """Return `WHOLE`, `OUTPUT`, `NEARER` or `NO`."""


class OfSubject:
    """Runs the trials of an exercise, the first that failed first; `first` is the finding.

    `nearer` counts as progress if fewer trials fail than before.
    """

    def __init__(self, subject: Subject, thing: Any, path: str, first: Finding) -> None:
        self.subject, self.path = subject, path
        outputs = list(subject.right)
        output = first.values.get("output", outputs[0])
        self.output = output if output in outputs else outputs[0]
        together = outputs[-2:] if self.output in ("predicted", "updated") else [self.output]
        upto = [name for name in outputs[: outputs.index(self.output)] if name not in together]
        upto += together
        self.early = replace(subject, right={name: subject.right[name] for name in upto})
        trials = [t for t in subject.trials if not t.optional or self._takes(thing, t)]
        self.rights = {
            id(trial): {n: [f(trial) for f in (subject.right[n], *subject.also.get(n, ()))]
                        for n in upto} for trial in trials
        }  # fmt: skip
        wrong = {name for name in upto[:-1] if name not in together and any(
            _wrong(self._results(thing, t).get(name), self.rights[id(t)][name], subject.rtol)
            for t in trials)}  # fmt: skip
        for rights in self.rights.values():  # what was wrong before is judged by itself
            for name in wrong:
                del rights[name]
        failing = {id(trial): self._fails(thing, trial) for trial in trials}
        self.failing = sum(failing.values())
        self.trials = sorted(trials, key=lambda trial: not failing[id(trial)])

    def __call__(self, thing: Any) -> int:
        """Return how much is right."""
        failed = 0
        for place, trial in enumerate(self.trials):
            if self._fails(thing, trial):
                failed += 1
                if not place or failed >= self.failing:
                    return NO
        if failed:
            return NEARER
        whole = is_right(self.subject, run_of(self.subject, thing, self.path))
        return WHOLE if whole else OUTPUT

    def _takes(self, thing: Any, trial: Trial) -> bool:
        """Whether an optional trial counts: forward is right."""
        results = run_of(self.subject, thing, self.path)(trial.copy())
        first = next(iter(self.subject.right))
        right = self.subject.right[first](trial)
        return self.output != first and not _wrong(results[first], [right], self.subject.rtol)

    def _results(self, thing: Any, trial: Trial) -> Mapping[str, Any]:
        try:
            return run_of(self.early, thing, self.path)(trial.copy())
        except Unfit:
            return {}

    def _fails(self, thing: Any, trial: Trial) -> bool:
        try:
            results = run_of(self.early, thing, self.path)(trial.copy())
        except Unfit:
            return True
        return "changed" in results or any(
            _wrong(results.get(name), rights, self.subject.rtol)
            for name, rights in self.rights[id(trial)].items()
            if name in results or name == self.output
        )


def _wrong(got: Any, rights: list[Any], rtol: float) -> bool:
    if isinstance(got, Raised):
        return True
    return all(difference(got, right, rtol) is not None for right in rights)


class OfNetwork:
    """Compares gradients with central differences: of the wrong parameter first."""

    def __init__(self, kind: type, path: str, findings: list[Finding]) -> None:
        self.loss = loss_of(kind, path)
        self.params = params_of(kind)  # a network without any has no wrong gradient
        self.path, self.first = path, findings[0]
        self.others = {str(f.values.get("output", "")) for f in findings[1:]}
        self.output = str(self.first.values.get("output", ""))

    def __call__(self, thing: Any) -> int:
        """Return how much is right."""
        only = self.output.partition("['")[2].rstrip("']")
        late = _stage(self.output) > STAGES.index("loss")
        if late and loss_of(thing, self.path) != self.loss:
            return NO  # it would change what was right
        quick = check_network(thing, self.path, only=only or "W1")
        if not self._better(quick):
            return NO
        findings = check_network(thing, self.path)
        if not findings:
            chance = check_network(thing, self.path, LARGER)
            return NO if chance or not self.params <= params_of(thing) else WHOLE
        return OUTPUT if self._better(findings) else NO

    def _better(self, findings: list[Finding]) -> bool:
        """Whether the check comes further than before, and nothing new is wrong there."""
        outputs = [str(f.values.get("output", "")) for f in findings]
        stages = [_stage(str(f.values.get("output", ""))) for f in findings if f.kind == "raised"]
        if self.output in outputs or any(stage <= _stage(self.output) for stage in stages):
            return False
        later = not outputs or _stage(outputs[0]) > _stage(self.output)
        return set(outputs) <= self.others or (later and self.first.kind == "raised")


def _stage(output: str) -> int:
    if "[" in output:
        return len(STAGES)  # one of the gradients, which has come
    name = output
    return STAGES.index(name) if name in STAGES else -1


class OfCheck:
    """Runs the whole check: of dropout, or a layer of badak's."""

    def __init__(self, name: str, path: str, first: Finding) -> None:
        self.name, self.path, self.first = name, path, first

    def __call__(self, thing: Any) -> int:
        """Return how much is right."""
        check: Callable[[], list[Finding]] | None = check_of(self.name, thing, self.path)
        if check is None:
            return NO
        findings = [f for f in check() if f.kind not in REMARKS]
        if not findings:
            return WHOLE
        last = findings[0].values.get("output") == "dx" != self.first.values.get("output")
        return OUTPUT if last else NO
