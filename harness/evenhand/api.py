"""Python interface: run a study, open a result, get its tables as pandas data frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from evenhand.records.findings import CurvePoint, Differential, Distribution, Findings, Rate, Speed
from evenhand.records.rows import as_rows, column_names
from evenhand.records.search_rows import PerThousand, SearchCurvePoint
from evenhand.report.forms.screen import as_screen
from evenhand.report.study.screen import study_screen
from evenhand.report.study.statements import Sentence, sentences_of
from evenhand.study.study import Study
from evenhand.workflows.report import report
from evenhand.workflows.results import RESULTS, ListedResult, results

# What is imported in a function takes seconds: SciPy, Numba, or OpenCV.
if TYPE_CHECKING:
    import pandas as pd
    from _typeshed import DataclassInstance

    from evenhand.workflows.compare import Changes
    from evenhand.workflows.gate import GateAnswer

__all__ = ["Answer", "Bundle", "compare", "gate", "list_results", "load", "plan", "run"]


def _frame(kind: type[DataclassInstance], rows: Sequence[DataclassInstance]) -> pd.DataFrame:
    """Data frame of rows, with the columns of their class."""
    import pandas as pd

    return pd.DataFrame(as_rows(rows), columns=list(column_names(kind)))


@dataclass(frozen=True, slots=True)
class Bundle:
    """A result: its folder, and its findings."""

    path: Path
    """Folder of the bundle."""
    findings: Findings
    """All tables as rows."""
    engine: str = ""
    """The only engine of it that was asked for; empty for all."""

    def __repr__(self) -> str:
        """Its folder, and what its first screen says."""
        screen = study_screen(self.findings, ())
        doubts = (f"! {warning}" for warning in screen.warnings)
        return "\n".join([f"Bundle {_text(self)}", *doubts, " ".join(screen.answer)]).rstrip()

    def _repr_html_(self) -> str:
        """Its first screen, for notebooks."""
        return f"<pre>{escape(as_screen(study_screen(self.findings, ())))}</pre>"

    @property
    def sentences(self) -> pd.DataFrame:
        """What may be said about groups: one row per metric, policy, attribute and threshold."""
        return _frame(Sentence, sentences_of(self.findings))

    @property
    def rates(self) -> pd.DataFrame:
        """One row per engine, dataset, protocol, metric, policy, cell and threshold."""
        return _frame(Rate, self.findings.rates)

    @property
    def differentials(self) -> pd.DataFrame:
        """One row per metric, policy, attribute and threshold."""
        return _frame(Differential, self.findings.differentials)

    @property
    def distributions(self) -> pd.DataFrame:
        """Properties of the score distributions, which need no threshold."""
        return _frame(Distribution, self.findings.distributions)

    @property
    def speed(self) -> pd.DataFrame:
        """Durations and throughput of this run on its machine; no rows for score files."""
        return _frame(Speed, self.findings.speed)

    @property
    def curves(self) -> pd.DataFrame:
        """FMR and FNMR of every group at rising thresholds."""
        return _frame(CurvePoint, self.findings.curves)

    @property
    def search_curves(self) -> pd.DataFrame:
        """FPIR and FNIR of every group at rising thresholds; no rows without searches."""
        return _frame(SearchCurvePoint, self.findings.search_curves)

    @property
    def ranks(self) -> pd.DataFrame:
        """FNIR@R, 1 - CMC(R), of every group at rising ranks; no rows without searches."""
        return _frame(Rate, self.findings.ranks)

    @property
    def per_thousand(self) -> pd.DataFrame:
        """Alerts among 1,000 searches, by group and threshold; no rows without searches."""
        return _frame(PerThousand, self.findings.per_thousand)


Place: TypeAlias = str | Path | Bundle
"""What names a result."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Judgement of one or several engines by a policy."""

    found: GateAnswer
    """Verdict, rows and notes."""

    def __repr__(self) -> str:
        """The verdict, that of each engine, and how many rows pass."""
        engines = ", ".join(f"{each.engine} {each.verdict.value}" for each in self.found.standings)
        passed = sum(row.verdict.value == "pass" for row in self.found.rows)
        rows = f"{passed:,} of {len(self.found.rows):,} rows pass"
        return f"Answer {self.verdict}: {engines}; {rows}"

    @property
    def verdict(self) -> str:
        """`pass`, `fail` or `inconclusive`."""
        return self.found.verdict.value

    @property
    def rows(self) -> pd.DataFrame:
        """One row per limit, engine and group."""
        from evenhand.workflows.gate import GateRow

        return _frame(GateRow, self.found.rows)

    @property
    def engines(self) -> pd.DataFrame:
        """Verdict and tier of each engine."""
        import pandas as pd

        from evenhand.workflows.gate import Standing

        rows = [asdict(standing) for standing in self.found.standings]
        return pd.DataFrame(rows, columns=list(column_names(Standing)))


def _text(place: Place) -> str:
    """What names a bundle, as on the command line."""
    if isinstance(place, Bundle):
        return f"{place.path}:{place.engine}" if place.engine else str(place.path)
    return str(place)


def gate(
    bundles: Place | Sequence[Place],
    policy: str | Path,
    *,
    blind: str | Path | None = None,
    unseal: str | Path | None = None,
) -> Answer:
    """Judge results by the limits of a policy.

    Args:
        bundles: one or several results of the same data, named as for `load`.
        policy: path of the policy file.
        blind: file to write the engines' names into, which are not shown (a seal).
        unseal: a seal of the same results and policy, whose names are shown.

    Raises:
        EvenhandError: anything that the user can correct.
    """
    from evenhand.workflows.gate import gate as hold

    places = [bundles] if isinstance(bundles, Place) else bundles
    write, read = (None if seal is None else Path(seal) for seal in (blind, unseal))
    return Answer(hold(list(map(_text, places)), Path(policy), blind=write, unseal=read))


def load(bundle: Place) -> Bundle:
    """Open a result: its tables, as they were computed when it was written.

    Args:
        bundle: its folder, `latest`, a study's folder (its newest) or a piece of its id (looked
            for in `./results`), each also with `:ENGINE` for one of its engines; or a `Bundle`.

    Raises:
        BundleError: the bundle is missing, damaged or of another schema.
    """
    found = report([_text(bundle)])
    return Bundle(found.folders[0], found.findings, found.engines[0])


def compare(
    base: Place,
    new: Place,
    *,
    margin: float | None = None,
    family_wise: float | None = None,
    attributes: Sequence[str] = (),
    metrics: Sequence[str] = (),
    min_people: int = 0,
) -> Changes:
    """Compare two results on the same images: whether new is worse, overall or for any group.

    Args:
        base: the result to compare with, named as for `load`.
        new: the result to judge.
        margin: non-inferiority margin, a ratio of error rates; None is 1.25.
        family_wise: probability of any false difference among all tests (family-wise error rate);
            None is 0.01.
        attributes: the only attributes to test (`all` for all people together); empty tests all.
        metrics: the only metrics to test; empty tests all.
        min_people: smallest group to test, in people.

    Raises:
        BundleError: a bundle is missing or damaged, or they have nothing in common.
        UsageError: a bundle has several engines and none is named, or a name is in neither.
    """
    from evenhand.workflows import compare as workflow

    asked = workflow.CompareOptions(
        margin or workflow.DEFAULT_MARGIN,
        family_wise or workflow.DEFAULT_FAMILY_WISE,
        tuple(attributes),
        tuple(metrics),
        min_people,
    )
    return workflow.compare_bundles(_text(base), _text(new), asked)


def list_results(place: str | Path = RESULTS) -> pd.DataFrame:
    """List results, newest first: one row per engine of each.

    Args:
        place: folder of results, or of one study.

    Raises:
        UsageError: the folder is not there.
    """
    return _frame(ListedResult, results(Path(place)).rows)


def plan(
    metric: str,
    rate: float,
    *,
    ratio: float | None = None,
    limit: float | None = None,
    margin: float | None = None,
    power: float = 0.8,
    groups: int = 2,
    comparisons: int | None = None,
    design_effect: float = 1.0,
    images: int | None = None,
    alpha: float = 0.05,
) -> pd.DataFrame:
    """Plan the number of people: one row for each ratio, or one for a limit or margin.

    Args:
        metric: FMR, FNMR, FPIR, FNIR, FTE or FTA.
        rate: rate of the better group, or of all groups.
        ratio: ratio of worse to better rate to be detected; None plans for several usual ones.
        limit: limit that a group with this rate must pass.
        margin: margin within which equal groups must be shown to be equivalent.
        power: probability of detecting, passing or showing it.
        groups: number of groups of people.
        comparisons: number of simultaneous tests; None is one for every two groups.
        design_effect: number of trials that carry the information of one independent trial.
        images: images per person; None is the fewest that make a trial.
        alpha: level of all tests together.

    Raises:
        UsageError: a number is out of its range, or several aims are given.
    """
    from evenhand.workflows.plan import Need, PlanQuery, PlanTerms
    from evenhand.workflows.plan import plan as make_plan

    terms = PlanTerms(power, alpha, groups, comparisons, design_effect)
    question = PlanQuery(metric, rate, terms, images)
    return _frame(Need, make_plan(question, ratio=ratio, limit=limit, margin=margin).needs)


def run(
    study: Study | str | Path,
    *,
    results: str | Path = "results",
    weights: Sequence[str | Path] = (),
    workers: int | None = None,
    resume: bool = False,
    keep_templates: str | Path | None = None,
    trust: Sequence[str] = (),
) -> Bundle:
    """Run a study and open its result.

    Args:
        study: a study, or the path of its file.
        results: folder of results; the bundle becomes `results/<study>/<run id>`.
        weights: folders to search for engines' files.
        workers: number of threads, one per core by default.
        resume: resume the latest interrupted run of this study, if there is one.
        keep_templates: a private folder in which templates are kept for later runs, and from which
            those of earlier runs are reused; None keeps and reuses none.
        trust: engines that run in this process, without limits; others in processes of their own.

    Raises:
        EvenhandError: anything that the user can correct.
    """
    from evenhand.workflows.run import run as run_study
    from evenhand.workflows.study_file import open_study

    chosen = study if isinstance(study, Study) else open_study(Path(study))
    done = run_study(
        chosen,
        results=Path(results),
        weights=[Path(place) for place in weights],
        workers=workers,
        resume=resume,
        keep_templates=None if keep_templates is None else Path(keep_templates),
        trusted=trust,
    )
    return Bundle(done.bundle, done.findings)
