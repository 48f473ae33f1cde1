"""Arguments of the ops: what tests/attacks refuses."""

from attacks.op_arguments import TABLES
from badak import ops
from calls import calls

GOOD = calls()


def _call(name, changes):
    arrays, options = GOOD[name]
    return lambda folder: getattr(ops, name)(**{**arrays, **options, **changes})


# NumPy's words follow in the message of the one that is left out.
CALLS = {
    label: _call(name, changes)
    for label, (name, changes, _) in TABLES.items()
    if label != "N10 ragged"
}
