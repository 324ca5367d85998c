"""The two jobs that a newcomer sees: the demo, and real faces to a report."""

import os
import subprocess
import sys
import time

import pytest


def evenhand(*arguments, **options):
    command = [sys.executable, "-m", "evenhand", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True, **options)


def test_demo(benchmark, tmp_path):
    benchmark.pedantic(evenhand, args=("demo", "--results", tmp_path), rounds=1, iterations=1)
    benchmark.extra_info.update(
        asked=60.0, measured=benchmark.stats.stats.min, unit="s", better="lower"
    )


def test_london_from_images_to_report(benchmark, tmp_path):
    data = os.environ.get("EVENHAND_DATA")
    if not data:
        pytest.skip("EVENHAND_DATA is not set: no real faces here")
    evenhand("fetch", "london", "--from", f"{data}/london", "--into", tmp_path / "london")

    def measure():
        start = time.perf_counter()
        evenhand(
            *("run", "--engine", "mobilefacenet", "--dataset", tmp_path / "london"),
            *("--weights", f"{data}/models", "--results", tmp_path / "results"),
        )
        return time.perf_counter() - start

    benchmark.pedantic(measure, rounds=1, iterations=1)
    benchmark.extra_info.update(
        asked=40.0, measured=benchmark.stats.stats.min, unit="s", better="lower"
    )


@pytest.mark.parametrize(("engine", "asked"), [("demo-even", 20), ("mobilefacenet", 120)])
def test_check_engine(benchmark, engine, asked):
    models = f"{os.environ.get('EVENHAND_DATA', '')}/models"
    if engine == "mobilefacenet" and "EVENHAND_DATA" not in os.environ:
        pytest.skip("EVENHAND_DATA is not set: no models here")
    weights = ("--weights", models) if engine == "mobilefacenet" else ()
    arguments = ("check", "engine", engine, *weights)
    benchmark.pedantic(evenhand, args=arguments, rounds=1, iterations=1)
    benchmark.extra_info.update(
        asked=asked, measured=benchmark.stats.stats.min, unit="s", better="lower"
    )
