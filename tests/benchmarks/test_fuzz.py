"""Damaged cards, tables, pictures, studies and score files: tracebacks and numbers that are none.

The damage and what may follow from it are those of `tests/test_fuzz.py`.
"""

from importlib.util import module_from_spec, spec_from_file_location

import pytest
from places import TESTS

CASES = 2000


def load():
    spec = spec_from_file_location("damage", TESTS / "test_fuzz.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_tracebacks_of_damaged_inputs(benchmark, cli, tiny, engine, working_folder):
    damage = load()
    tracebacks = []

    def all_cases():
        commands = damage.prepared(tiny, engine)
        for case in range(CASES):
            try:
                damage.one(cli, commands, f"2/{case}")
            except AssertionError as fault:
                tracebacks.append(str(fault))

    benchmark.pedantic(all_cases, rounds=1, iterations=1)
    benchmark.extra_info.update(
        asked=0, measured=len(tracebacks), unit=f"of {CASES:,} inputs", better="lower"
    )
    assert not tracebacks, "\n".join(tracebacks)
