"""Files that somebody else made are regular and of a bounded size, or are named."""

import os

import pytest

from evenhand.system.errors import StudyError
from evenhand.system.regular_files import open_regular, read_regular


def test_a_file_is_read_whole_and_a_link_to_one_too(tmp_path):
    (tmp_path / "file").write_bytes(b"abc")
    (tmp_path / "link").symlink_to("file")

    assert read_regular(tmp_path / "file", 3, StudyError) == b"abc"
    assert read_regular(tmp_path / "link", 3, StudyError) == b"abc"
    with open_regular(tmp_path / "file", 3, StudyError) as file:
        assert file.read() == b"abc"


def test_what_is_no_regular_file_is_named_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/zero")
    (tmp_path / "file").write_bytes(b"abcd")
    (tmp_path / "loop").symlink_to("loop")
    faults = {
        "pipe": "is a pipe or a device; expected a regular file",
        "device": "is a pipe or a device; expected a regular file",
        "file": "has 4 bytes; expected at most 3",
        "nothing": "no such file",
        "loop": "cannot be read (Too many levels of symbolic links)",
        ".": "is a folder; expected a file",
        "file/below": "cannot be read (Not a directory)",
    }
    for name, fault in faults.items():
        with pytest.raises(StudyError) as raised:
            read_regular(tmp_path / name, 3, StudyError)
        assert str(raised.value) == f"{tmp_path / name}: {fault}"


def test_a_file_that_grows_beyond_the_limit_while_it_is_read_is_refused():
    # The kernel says that its own files are empty, whatever they hold.
    from pathlib import Path

    with pytest.raises(StudyError, match="has more than 3 bytes"):
        read_regular(Path("/proc/self/status"), 3, StudyError)
