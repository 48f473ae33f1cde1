"""read_npz reads what NumPy writes, and only what was asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from badak.data.npz import read_npz

dtypes = arrays.boolean_dtypes() | arrays.integer_dtypes() | arrays.floating_dtypes(endianness="?")


@given(
    array=arrays.arrays(dtypes, arrays.array_shapes(min_dims=0, min_side=0, max_side=4)),
    fortran=st.booleans(),
    save=st.sampled_from([np.savez, np.savez_compressed]),
)
def test_reads_what_numpy_wrote(tmp_path_factory, array, fortran, save):
    path = tmp_path_factory.mktemp("npz") / "some.npz"
    save(path, x=np.asfortranarray(array) if fortran else array, other=np.zeros(3))
    read = read_npz(path, ["x", "absent"])
    assert list(read) == ["x"]
    assert read["x"].dtype == array.dtype
    np.testing.assert_array_equal(read["x"], array)


def test_fortran_order(tmp_path):
    array = np.arange(6).reshape(2, 3)
    np.savez(tmp_path / "some.npz", x=np.asfortranarray(array))
    np.testing.assert_array_equal(read_npz(tmp_path / "some.npz", ["x"])["x"], array)


def test_reads_text(tmp_path):
    np.savez(tmp_path / "some.npz", names=np.array(["ant", "bee"]))
    assert read_npz(tmp_path / "some.npz", ["names"])["names"].tolist() == ["ant", "bee"]


def test_a_bad_array_that_was_not_asked_for_does_no_harm(tmp_path):
    np.savez(tmp_path / "some.npz", x=np.arange(3), bad=np.array([None], object))
    np.testing.assert_array_equal(read_npz(tmp_path / "some.npz", ["x"])["x"], [0, 1, 2])
    with pytest.raises(ValueError, match="holds Python objects"):
        read_npz(tmp_path / "some.npz", ["bad"])
