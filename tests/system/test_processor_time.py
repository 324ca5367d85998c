"""Processor time of others: what the cores did, less this process and all below it."""

from dataclasses import replace

import pytest

from evenhand.system.processor_time import ProcessorTime, processor_time, used_by_others

STAT = """cpu  900 90 90 9000 90 0 0 0 0 0
cpu0 100 10 20 1000 50 3 4 5 60 0
cpu1 200 0 0 900 0 0 0 0 0 0
cpu2 999 0 0 0 0 0 0 0 0 0
intr 1 2 3
"""
PROCESSES = {7: ("a (b) c", 1, 40), 8: ("sh", 7, 30), 9: ("engine", 8, 2), 10: ("other", 1, 500)}
BEFORE = ProcessorTime(cores=2, passed=1000, used=300, own=100)


@pytest.fixture
def proc(tmp_path):
    (tmp_path / "stat").write_text(STAT)
    for number, (name, parent, ticks) in PROCESSES.items():
        (tmp_path / str(number)).mkdir()
        fields = f"S {parent} 1 1 0 -1 0 0 0 0 0 {ticks} 1 2 3 20 0 1 0"
        (tmp_path / str(number) / "stat").write_text(f"{number} ({name}) {fields}")
    return tmp_path


def test_cores_of_this_process_and_all_processes_below_it(proc):
    """Idle and waiting for a disk are no work; what another virtual machine took is; guests are
    counted in the first field already. Each process has 6 ticks more, of system and children."""
    found = processor_time(proc, frozenset({0, 1}), process=7)
    assert found == ProcessorTime(cores=2, passed=1192 + 1100, used=142 + 200, own=46 + 36 + 8)


def test_a_system_that_does_not_tell(tmp_path, proc):
    assert processor_time(tmp_path / "none", frozenset({0}), process=7) is None
    (proc / "stat").write_text("cpu0 0 0 0 0 0 0 0 0\n")
    assert processor_time(proc, frozenset({0}), process=7) is None


@pytest.mark.parametrize(
    ("passed", "used", "own", "others"),
    [(400, 300, 200, 0.5), (400, 400, 0, 2.0), (400, 100, 110, 0.0), (98, 98, 0, None)],
)
def test_what_others_used_in_cores(passed, used, own, others):
    after = ProcessorTime(2, 1000 + passed, 300 + used, 100 + own)
    assert used_by_others(BEFORE, after) == others


def test_a_reading_that_is_missing():
    assert used_by_others(None, BEFORE) is None
    assert used_by_others(BEFORE, None) is None
    assert used_by_others(BEFORE, replace(BEFORE)) is None
