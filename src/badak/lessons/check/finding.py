"""Finding: one thing that is wrong with the reader's code, as data; words make sentences of it."""

from dataclasses import asdict, dataclass, field
from typing import Any

REMARKS = (
    "prints",
    "slow_script",
    "limited",
    "forward_only",
    "unnamed",
    "not_here",
)  # kinds that are no fault


@dataclass(frozen=True)
class Finding:
    """One fault of the reader's code.

    Attributes:
        subject: the function or class, by the reader's name; the file's name for the file itself.
        kind: what was seen, a key of the tables of words: "value", "shape", "raised", ...
        line: of the reader's file; 0 if no line is to blame.
        fault: the likely cause, a key of `badak.lessons.check.faults.ANSWERS`; "" if unknown.
        values: the numbers and names for the sentence of `kind`.
    """

    subject: str
    kind: str
    line: int = 0
    fault: str = ""
    values: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON's types."""
        return asdict(self)
