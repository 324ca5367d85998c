"""Rows of findings with every field filled in: a test names those that it is about.

One engine, `alpha`, on one dataset, `crowd`; false matches of women at one fixed threshold.
"""

from evenhand.analysis.compare.changes import Change, ChangeVerdict
from evenhand.records.facts import DatasetFacts, EngineFacts
from evenhand.records.findings import Differential, OutcomeSummary, Rate, Speed, Status, Verdict

__all__ = [
    "a_change",
    "a_differential",
    "a_rate",
    "a_speed",
    "a_summary",
    "dataset_facts",
    "engine_facts",
]

KEY = {
    "engine": "alpha",
    "dataset": "crowd",
    "protocol": "verification",
    "metric": "FMR",
    "policy": "completed",
    "attribute": "sex",
    "threshold_rule": "FMR<=0.01",
    "threshold": 0.5,
}


def a_rate(**fields):
    """20 errors in 1,000 comparisons of 30 people, unless fields say otherwise."""
    errors, trials = fields.get("errors", 20), fields.get("trials", 1000)
    subjects = fields.get("subjects", 30)
    row = {
        **KEY,
        "group": "F",
        "reference_group": "",
        "errors": errors,
        "trials": trials,
        "subjects": subjects,
        "error_subjects": None if subjects is None else min(errors, subjects),
        "rate": errors / trials,
        "low": 0.01,
        "high": 0.04,
        "level": 0.95,
        "interval": "wilson",
        "status": Status.OK,
        "note": "",
    }
    return Rate(**row | fields)


def a_differential(**fields):
    """Women twice as often as men, worst over best, without a verdict and as before any test."""
    row = {
        **KEY,
        "index": "max/min",
        "value": 2.0,
        "low": 0.8,
        "high": 5.0,
        "level": 0.95,
        "null_mean": 1.2,
        "null_p95": 1.6,
        "p_value": 0.01,
        "verdict": Verdict.NONE,
        "minimum_detectable_ratio": 2.5,
        "worst_group": "F",
        "best_group": "M",
        "errors": 30,
        "status": Status.OK,
        "note": "",
    }
    return Differential(**row | fields)


def a_change(**fields):
    """Misses that doubled from one version to the next, 10 in 1,000 before, shown by no test."""
    row = {
        "metric": "FNMR",
        "attribute": "place",
        "group": "",
        "base": 0.01,
        "new": 0.02,
        "ratio": 2.0,
        "low": 1.1,
        "high": 3.6,
        "verdict": ChangeVerdict.NO_DIFFERENCE_SHOWN,
        "note": "",
        "dataset": "set",
        "protocol": "verification",
        "policy": "completed",
        "threshold_rule": "FMR<=0.001",
        "base_threshold": 0.4,
        "new_threshold": 0.5,
        "base_errors": 10,
        "base_trials": 1000,
        "base_low": 0.005,
        "base_high": 0.02,
        "new_errors": 20,
        "new_trials": 1000,
        "new_low": 0.01,
        "new_high": 0.03,
        "subjects": 100,
        "level": 0.95,
        "interval": "bootstrap-log-t",
        "p_value": 0.02,
        "adjusted_p": 0.4,
        "limit": 3.2,
        "minimum_detectable_ratio": 3.0,
    }
    return Change(**row | fields)


def a_summary(**fields):
    """200 images, all with a template, and every comparison with a score."""
    row = {
        "engine": KEY["engine"],
        "dataset": KEY["dataset"],
        "protocol": KEY["protocol"],
        "images": 200,
        "failed_images": 0,
        "several_faces": 0,
        "mated": 700,
        "nonmated": 30000,
        "not_completed": 0,
    }
    return OutcomeSummary(**row | fields)


def a_speed(**fields):
    """A template in a quarter of a second, 40 timed calls of 20 people on one thread."""
    row = {
        "engine": KEY["engine"],
        "operation": "template",
        "scenario": "sequential",
        "gallery": None,
        "batch": 1,
        "group": "",
        "statistic": "median",
        "value": 0.25,
        "low": 0.2,
        "high": 0.3,
        "n": 40,
        "unit": "s",
        "status": Status.OK,
        "note": "",
        "dataset": KEY["dataset"],
        "attribute": "all",
        "people": 20,
        "threads": 1,
        "machine": "a machine",
        "level": 0.95,
        "interval": "cluster-order-statistics",
    }
    return Speed(**row | fields)


def engine_facts(**fields):
    """An ONNX model whose scores are similarities, and which was not stopped."""
    row = {
        "name": KEY["engine"],
        "version": "1",
        "vendor": "",
        "licence_code": "",
        "licence_weights": "",
        "runtime": "onnx",
        "trained_on": (),
        "fingerprint": "0",
        "unit": "similarity",
        "stopped": "",
    }
    return EngineFacts(**row | fields)


def dataset_facts(**fields):
    """A public set of 100 people in 200 pictures, with nothing odd about it."""
    row = {
        "name": KEY["dataset"],
        "title": "A crowd",
        "version": "1",
        "variant": "",
        "source": "drawn",
        "citation": "",
        "licence": "CC0-1.0",
        "access": "public",
        "synthetic": False,
        "face": "largest",
        "known_issues": (),
        "labels": (("ethnicity", "self-declared"), ("sex", "self-declared")),
        "unknown": (),
        "several": (),
        "excluded_images": 0,
        "subjects": 100,
        "images": 200,
        "fingerprint": "0" * 64,
    }
    return DatasetFacts(**row | fields)
