"""donors: right statements of each exercise, in the reader's names: what may be missing or wrong.

They are tried in place of the statement that sets the same name, and between any two.
"""

import ast
import builtins
import copy
import itertools
from collections.abc import Iterator

from badak.lessons.check.edits.place import Scope
from badak.lessons.check.edits.right import STATEMENTS

# Names that readers give one thing; the first is that of the statements above.
NAMES = tuple(
    tuple(line.split())
    for line in """
    x flat input_data img image images X inp input a xp x_pad padded x_padded
    img image out padded result x xp x_pad input_data im
    input_shape shape x_shape img_shape
    filter_h fh FH kh KH Fh hh k size
    filter_w fw FW kw KW Fw ww k size
    FH fh kh KH filter_h HH
    FW fw kw KW filter_w WW
    FN F fn M K n_filters
    out_h oh OH h_out H_out outh Oh Ho out_height
    out_w ow OW w_out W_out outw Ow Wo out_width
    N n batch_size B batch bs num
    C c channels ch
    H h height
    W w width weight kernel filters
    y i a r p kh row
    x j b q s kw column
    col cols columns mat result
    stride s self.stride step
    pad p self.pad padding
    n b k
    f m k o
    out y z res result o output
    dout grad d delta g dy dz upstream
    dx dX grad_x din result
    self.x self.X self.input self.inp self._x
    self.W self.w self.weight
    self.b self.bias
    self.out self.y self.o self.s self.output
    self.mask self.on self.keep self.m
    self.original_x_shape self.shape self.x_shape self.s
    self.arg_max self.argmax self.idx self.indices self.am
    arg_max argmax idx indices am
    self.dW self.dw self.grad_W
    self.db self.grad_b
    self.y self.p self.prob self.out
    self.t self.labels self.target
    grad out g gradient result grads
    idx i index
    tmp_val tmp old saved keep orig original backup v value
    fxh1 plus f1 fp up a hi above
    fxh2 minus f2 fm down b lo below
    self.lastLayer self.last_layer self.loss_layer self.last self.head
    mu mean m avg
    xc centered centred x_mu
    xn x_hat xhat normed
    std sd sigma
    """.strip().splitlines()
)
MOST = 24  # ways to name the parts of one statement


def donors(exercise: str, scope: Scope) -> Iterator[ast.stmt]:
    """Yield the statements of an exercise whose names all have a counterpart in a function.

    Example:
        >>> code = ast.parse("def sigmoid(self, z): self.out = z").body[0]
        >>> [ast.unparse(s) for s in donors("Sigmoid", Scope.of(code, code))][1:3]
        ['self.out = z', 'return z']
    """
    told = set()
    for statement in ast.parse(STATEMENTS.get(exercise, "")).body:
        for new in _named(statement, scope):
            text = ast.unparse(new)
            if text not in told:
                told.add(text)
                yield new


def _named(statement: ast.stmt, scope: Scope) -> Iterator[ast.stmt]:
    known = scope.values()
    wanted = list(dict.fromkeys(_values(statement)))
    choices = [[name] * (name in known) + _counterparts(name, known) for name in wanted]
    missing = [i for i, names in enumerate(choices) if not names]
    if len(missing) > 1:
        return
    for i in missing:
        choices[i] = [name for name in known if name not in wanted]
    for names in itertools.islice(itertools.product(*choices), MOST):
        if len(set(names)) == len(names):
            new = copy.deepcopy(statement)
            _Renamed(dict(zip(wanted, names, strict=True))).visit(new)
            yield new


def _values(node: ast.AST) -> Iterator[str]:
    called = {id(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)}
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute) and getattr(part.value, "id", "") == "self":
            if id(part) not in called:
                yield f"self.{part.attr}"
        elif (
            isinstance(part, ast.Name)
            and id(part) not in called
            and part.id not in ("self", "np", *dir(builtins))
        ):
            yield part.id


def _counterparts(name: str, known: list[str]) -> list[str]:
    groups = [group for group in NAMES if group[0] == name]
    return [other for group in groups for other in group[1:] if other in known]


class _Renamed(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit(self, node: ast.AST) -> ast.AST:
        if isinstance(node, (ast.Name, ast.Attribute)):
            new = self.names.get(ast.unparse(node))
            if new is not None:
                other = ast.parse(new, mode="eval").body
                other.ctx = node.ctx  # type: ignore[attr-defined]
                return other
        return self.generic_visit(node)
