"""diagnose: run the trials of a subject on the reader's code, and name what is wrong.

A fault is named if a result with that fault on purpose equals the reader's on every trial; if two
faults are mixed, the one that explains the first failure and most others. If the reader's code
raises in some trials, a fault is named if it shows in exactly those; if in all, its error speaks.
"""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from badak.lessons.check.arguments import Unfit
from badak.lessons.check.compare import difference, same
from badak.lessons.check.errors import cause_of_error
from badak.lessons.check.finding import Finding
from badak.lessons.check.relations import relation
from badak.lessons.check.subjects import Subject, Trial

Run = Callable[[Trial], Mapping[str, Any]]
VAGUE = ("ValueError", "IndexError", "AxisError", "BadakError")  # a known fault says more


@dataclass(frozen=True)
class Raised:
    """An exception of the reader's code, in place of a result."""

    name: str
    text: str
    line: int

    @classmethod
    def of(cls, fault: BaseException, path: str) -> "Raised":
        """Take the last line of the reader's file that led to it."""
        lines = [f.lineno for f in traceback.extract_tb(fault.__traceback__) if f.filename == path]
        try:
            text = str(fault)[:300]
        except Exception:  # the reader's own class of exception
            text = ""
        return cls(type(fault).__name__, text, (lines[-1] if lines else 0) or 0)


@dataclass
class Seen:
    """A trial, and what the reader's code gave."""

    trial: Trial
    results: Mapping[str, Any]


def diagnose(subject: Subject, name: str, run: Run, lines: Mapping[str, int]) -> list[Finding]:
    """Return the findings about one function or class; none if it is right.

    Args:
        subject: the exercise.
        name: the reader's name for it.
        run: returns the reader's results by output; an output may be a `Raised`.
        lines: output -> the line of the reader's method.

    Raises:
        Unfit: no trial's arguments fit.
    """
    seen, limits = [], []
    for trial in subject.trials:
        try:
            results = run(trial.copy())
        except Unfit:
            continue
        first = next(iter(subject.right))
        if trial.optional and _wrong(results[first], first, trial, subject):
            limits.append(trial)
            continue
        seen.append(Seen(trial, results))
    if not seen:
        raise Unfit
    findings: list[Finding] = []
    for output in subject.right:
        if all(output not in s.results for s in seen):
            continue  # a layer without backward: its forward is judged
        found = _judge(subject, name, output, seen, lines)
        if found and not (findings and found.kind == "raised"):  # backward raises but once
            findings.append(found)
            if output in ("out", "loss") or (output == "dx" and "dx_again" in subject.right):
                break  # backward is judged once forward is right, its repetition once backward is
    if not findings:
        line = lines.get(next(iter(subject.right)), 0)
        return [Finding(name, "limited", line, "", {"input": t.words}) for t in limits[:1]]
    return findings


def is_right(subject: Subject, run: Run) -> bool:
    """Return whether no trial fails: `diagnose`, up to the first that does."""
    fitting = 0
    for trial in subject.trials:
        try:
            results = run(trial.copy())
        except Unfit:
            continue
        fitting += 1
        wrong = [_wrong(got, output, trial, subject) for output, got in results.items()
                 if output in subject.right]  # fmt: skip
        if not trial.optional and ("changed" in results or any(wrong)):
            return False
    return fitting > 0


def _wrong(got: Any, output: str, trial: Trial, subject: Subject) -> bool:
    if isinstance(got, Raised):
        return True
    forms = (subject.right[output], *subject.also.get(output, ()))
    return all(difference(got, right(trial), subject.rtol) is not None for right in forms)


def _judge(
    subject: Subject, name: str, output: str, seen: list[Seen], lines: Mapping[str, int]
) -> Finding | None:
    gots = [s.results.get(output) for s in seen]
    failing = [_wrong(got, output, s.trial, subject) for got, s in zip(gots, seen, strict=True)]
    changed = [s.results.get("changed") == output for s in seen]
    if not any(failing) and not any(changed):
        return None
    first = next(i for i in range(len(seen)) if failing[i] or changed[i])
    got, trial = gots[first], seen[first].trial
    values = {"output": output, "input": trial.words, "exercise": f"{subject.name}.{output}"}
    if first and not changed[first]:
        values["right"] = seen[first - 1].trial.words
    line = lines.get(output, 0)
    if not failing[first]:
        return Finding(name, "changed", line, "changes_input", values)
    fault = _cause(subject, output, seen, failing)
    if isinstance(got, Raised):
        values |= {"error": got.name, "text": got.text}
        cause = cause_of_error(got.name, got.text)
        fault = (fault or cause) if got.name in VAGUE else cause
        return Finding(name, "raised", got.line or line, fault, values)
    found = dict(difference(got, subject.right[output](trial), subject.rtol) or {})
    kind = found.pop("kind")
    if changed[first]:
        fault = "changes_input"
    if not fault and kind in ("none", "no_number"):
        fault = "not_returned" if output in ("out", "loss", "dx", "dy") else "not_stored"
    if not fault and kind == "list":
        fault = "list_not_array"
    return Finding(name, kind, line, fault, values | found)


def _cause(subject: Subject, output: str, seen: list[Seen], failing: list[bool]) -> str:
    raised = [isinstance(s.results.get(output), Raised) for s in seen]
    if all(raised):
        return ""  # any fault with a wrong shape would explain it
    if fault := _explaining(subject, output, seen):
        return fault
    if _one_size(subject, output, seen, failing):
        return "hard_coded"
    if fault := _main(subject, output, seen, failing):
        return fault
    gots = [s.results.get(output) for s in seen]
    for other, right in subject.right.items():
        if other != output and all(
            same(got, right(s.trial), subject.rtol) for got, s in zip(gots, seen, strict=True)
        ):
            return "outputs_swapped"
    pairs = [(got, subject.right[output](s.trial)) for got, s in zip(gots, seen, strict=True)]
    shown = [pair for pair, fails, r in zip(pairs, failing, raised, strict=True) if fails and not r]
    return relation(shown, subject.rtol)


def _explaining(subject: Subject, output: str, seen: list[Seen]) -> str:
    for fault, compute in subject.wrong.get(output, {}).items():
        if _explains(compute, subject, output, seen):
            return fault.partition(" ")[0]
    return ""


def _explains(
    compute: Callable[[Trial], Any], subject: Subject, output: str, seen: list[Seen]
) -> bool:
    """Whether a fault gives the reader's results; an exception needs a wrong shape, or another."""
    for s in seen:
        got = s.results.get(output)
        try:
            with np.errstate(all="ignore"):
                wrong = compute(s.trial)
        except Exception:
            wrong = None
        right = subject.right[output](s.trial)
        if isinstance(got, Raised):
            if wrong is not None and np.shape(wrong) == np.shape(right):
                return False
        elif wrong is None:  # the fault allows no result: the reader's has at least another shape
            if got is not None and np.shape(got) == np.shape(right):
                return False
        elif not same(got, wrong, subject.rtol):
            return False
    return True


def _main(subject: Subject, output: str, seen: list[Seen], failing: list[bool]) -> str:
    """The fault that explains the first failure and most others, beside another fault."""
    best, count = "", max(1, sum(failing) // 2)
    for fault, compute in subject.wrong.get(output, {}).items():
        explained: list[int] = []
        for i, s in enumerate(seen):
            right = subject.right[output](s.trial)
            try:
                with np.errstate(all="ignore"):
                    wrong = compute(s.trial)
            except Exception:
                wrong = None
            shows = wrong is None or not same(wrong, right, subject.rtol)
            if shows and not failing[i]:
                break
            if shows and wrong is not None and same(s.results.get(output), wrong, subject.rtol):
                explained.append(i)
        else:
            if len(explained) > count and explained[0] == failing.index(True):
                best, count = fault.partition(" ")[0], len(explained)
    return best


def _one_size(subject: Subject, output: str, seen: list[Seen], failing: list[bool]) -> bool:
    """Whether the code is right for one size of output alone, more than once, and else fails.

    A single success says little: a 1x1 window forgives most mistakes.
    """
    sizes = [np.shape(subject.right[output](s.trial))[2:] for s in seen]
    right = {size for size, fails in zip(sizes, failing, strict=True) if not fails}
    wrong = {size for size, fails in zip(sizes, failing, strict=True) if fails}
    return (
        len(right) == 1
        and failing.count(False) > 1
        and len(wrong) > 2
        and all(map(len, right))
        and not right & wrong
    )
