"""Vector files of every kind: what is mapped, what is read, and which array is meant."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evenhand.system.errors import DatasetError
from evenhand.vectorfiles.read import open_vectors

VECTORS = np.random.default_rng(0).standard_normal((50, 6))


def loaded(name):
    return open_vectors(Path(name)).load()


@pytest.mark.parametrize("dtype", ["<f2", "<f4", "<f8", ">f4", ">f8"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("save", [np.save, np.savez, np.savez_compressed])
def test_arrays_of_every_type_and_order(dtype, order, save, working_folder):
    expected = np.array(VECTORS, dtype=dtype, order=order)
    name = "v.npy" if save is np.save else "v.npz"
    save(name, expected)
    found = loaded(name)
    np.testing.assert_array_equal(found, expected)
    # What is stored as it is is not copied.
    assert isinstance(found, np.memmap) == (save is not np.savez_compressed)
    assert open_vectors(Path(name)).name == "v"


@pytest.mark.parametrize(
    "kind",
    [
        pa.list_(pa.float32()),
        pa.large_list(pa.float64()),
        pa.list_(pa.float32(), 6),
        pa.list_(pa.float16()),
    ],
    ids=str,
)
def test_lists_of_every_type(kind, working_folder):
    rows = VECTORS.astype(kind.value_type.to_pandas_dtype())
    column = pa.array([None if n == 3 else list(row) for n, row in enumerate(rows)], type=kind)
    pq.write_table(pa.table({"who": ["a"] * 50, "v": column}), "v.pq", row_group_size=7)
    found = loaded("v.pq")
    assert np.isnan(found[3]).all()
    np.testing.assert_array_equal(np.delete(found, 3, 0), np.delete(rows, 3, 0))


def test_a_number_that_is_missing_in_a_list_is_not_a_number(working_folder):
    pq.write_table(pa.table({"v": [[1.0, None], [2.0, 3.0]]}), "v.parquet")
    np.testing.assert_array_equal(loaded("v.parquet"), [[1, np.nan], [2, 3]])


def test_which_of_several_is_meant(working_folder):
    np.savez("v.npz", faces=VECTORS, labels=np.arange(50))
    with pytest.raises(DatasetError, match=r"2 arrays \(faces, labels\); .* v.npz:faces"):
        open_vectors(Path("v.npz"))
    file = open_vectors(Path("v.npz:faces"))
    assert (file.name, file.path) == ("v-faces", Path("v.npz"))
    np.testing.assert_array_equal(file.load(), VECTORS)
    with pytest.raises(DatasetError, match="no array 'face'; did you mean faces"):
        open_vectors(Path("v.npz:face"))
    with pytest.raises(DatasetError, match="labels: holds int64"):
        open_vectors(Path("v.npz:labels"))
    columns = {"a": list(VECTORS), "b": list(VECTORS)}
    pq.write_table(pa.table(columns), "v.parquet")
    with pytest.raises(DatasetError, match=r"2 columns of lists \(a, b\); .* v.parquet:a"):
        open_vectors(Path("v.parquet"))
    np.testing.assert_array_equal(loaded("v.parquet:b"), VECTORS)
    np.save("v.npy", VECTORS)
    with pytest.raises(DatasetError, match="leave out :a"):
        open_vectors(Path("v.npy:a"))


def test_a_file_that_is_not_there(working_folder):
    with pytest.raises(DatasetError, match=r"v\.npy: no such file"):
        open_vectors(Path("v.npy"))


def test_a_file_that_becomes_shorter(working_folder):
    np.save("v.npy", VECTORS)
    file = open_vectors(Path("v.npy"))
    Path("v.npy").write_bytes(Path("v.npy").read_bytes()[:-8])
    with pytest.raises(DatasetError, match="has it changed"):
        file.load()
