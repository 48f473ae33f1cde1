"""The compiled edition, for float32: each op allocates its results and calls one kernel.

Names and arguments are those of `badak.ops.reference`, whose docstrings say what an op computes;
arguments arrive checked and C-contiguous. The ops without a kernel are the reference's own.
"""

# ruff: noqa: F403, I001  # the reference's ops first; those that have a kernel replace them

from badak.ops.reference import *
from badak.ops.native.activation import *
from badak.ops.native.channels import *
from badak.ops.native.conv import *
from badak.ops.native.conv_transpose import *
from badak.ops.native.dropout import *
from badak.ops.native.elementwise import *
from badak.ops.native.gate import *
from badak.ops.native.layer_norm import *
from badak.ops.native.linear import *
from badak.ops.native.loss import *
from badak.ops.native.norm import *
from badak.ops.native.pool import *
from badak.ops.native.several import *
from badak.ops.native.softmax import *
from badak.ops.native.spread import *
from badak.ops.native.update import *
from badak.ops.native.upsample import *
