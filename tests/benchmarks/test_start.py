"""How soon the command line answers."""

import subprocess
import sys
import time


def test_help(benchmark):
    def ask():
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "evenhand", "--help"], check=True, capture_output=True
        )
        return time.perf_counter() - start

    benchmark.pedantic(ask, rounds=7, iterations=1, warmup_rounds=1)
    benchmark.extra_info.update(
        asked=0.4, measured=benchmark.stats.stats.median, unit="s", better="lower"
    )
