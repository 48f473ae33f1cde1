"""Matrix products of every form against the reference in float64."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

_core = pytest.importorskip("badak._core")

from ops.test_native import close, wide  # noqa: E402  # only if the core is built

pytestmark = pytest.mark.usefixtures("each_set")


SIZES = [1, 2, 3, 12, 13, 16, 17, 100, 257]


@given(
    st.tuples(*[st.sampled_from([*SIZES, 0])] * 2, st.sampled_from(SIZES)),
    st.tuples(st.booleans(), st.booleans()),
    st.sampled_from(["plain", "row bias", "column bias", "both", "relu", "accumulate"]),
    st.integers(0, 2**32 - 1),
)
def test_gemm_in_every_form(sizes, transposed, form, seed):
    (m, n, k), generator = sizes, np.random.default_rng(seed)

    def draw(*shape: int) -> np.ndarray:
        return generator.standard_normal(shape).astype(np.float32)

    a, b, start = draw(m, k), draw(k, n), draw(m, n)
    row = draw(m) if form in ("row bias", "both", "relu") else None
    column = draw(n) if form in ("column bias", "both", "relu") else None
    wanted, size = wide(a) @ wide(b), abs(wide(a)) @ abs(wide(b))
    if row is not None:
        wanted = wanted + wide(row)[:, None]
    if column is not None:
        wanted = wanted + wide(column)
    if form == "relu":
        wanted = np.maximum(wanted, 0)
    if form == "accumulate":
        wanted = wanted + wide(start)
    c = start.copy() if form == "accumulate" else np.full((m, n), np.nan, np.float32)
    arrays = [
        np.ascontiguousarray(array.T if turned else array)
        for array, turned in zip((a, b), transposed, strict=True)
    ]
    _core.gemm(
        *arrays, transposed, c,
        row_bias=row, column_bias=column, relu=form == "relu", accumulate=form == "accumulate",
    )  # fmt: skip
    close(c, wanted, size + 1)


@pytest.mark.parametrize("place", [(0, 0), (12, 99), (6, 50)])
def test_gemm_passes_nan_on_to_its_row_alone(place):
    a, b = np.ones((13, 100), np.float32), np.ones((100, 17), np.float32)
    a[place] = np.nan
    c = np.empty((13, 17), np.float32)
    _core.gemm(a, b, (False, False), c)
    assert np.isnan(c[place[0]]).all()
    assert np.isnan(c).sum() == 17
