"""The textbook edition: every op in plain NumPy, forward with its backward below it.

Arguments arrive checked (by `badak.ops`), arrays as float32 or float64; no op changes its inputs.
"""

# ruff: noqa: F403  # every op of every family, for badak.ops.edition to hand out

from badak.ops.reference.activation import *
from badak.ops.reference.channels import *
from badak.ops.reference.conv import *
from badak.ops.reference.conv_transpose import *
from badak.ops.reference.distance import *
from badak.ops.reference.dropout import *
from badak.ops.reference.elementwise import *
from badak.ops.reference.gate import *
from badak.ops.reference.im2col import *
from badak.ops.reference.layer_norm import *
from badak.ops.reference.linear import *
from badak.ops.reference.loss import *
from badak.ops.reference.norm import *
from badak.ops.reference.pool import *
from badak.ops.reference.several import *
from badak.ops.reference.softmax import *
from badak.ops.reference.spread import *
from badak.ops.reference.update import *
from badak.ops.reference.upsample import *
