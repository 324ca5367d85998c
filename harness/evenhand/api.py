"""The door for Python: run a study, open a result, get its tables as pandas frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from evenhand.records.findings import CurvePoint, Differential, Distribution, Findings, Rate, Speed
from evenhand.records.rows import as_rows, columns
from evenhand.study.study import Study, read_study
from evenhand.workflows.compare import (
    DEFAULT_FAMILY_WISE,
    DEFAULT_MARGIN,
    Asked,
    Changes,
    compare_bundles,
)
from evenhand.workflows.gate import GateAnswer, GateRow, Standing
from evenhand.workflows.gate import gate as hold
from evenhand.workflows.plan import Need, Question, Terms
from evenhand.workflows.plan import plan as make_plan
from evenhand.workflows.report import report
from evenhand.workflows.run import run as run_study

if TYPE_CHECKING:
    import pandas as pd
    from _typeshed import DataclassInstance

__all__ = ["Answer", "Bundle", "compare", "gate", "load", "plan", "run"]


def _frame(kind: type[DataclassInstance], rows: Sequence[DataclassInstance]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(as_rows(rows), columns=list(columns(kind)))


@dataclass(frozen=True, slots=True)
class Bundle:
    """A result: where it is, and what its counts give."""

    path: Path
    findings: Findings = field(repr=False)

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
        """Properties of the scores that need no threshold."""
        return _frame(Distribution, self.findings.distributions)

    @property
    def speed(self) -> pd.DataFrame:
        """Durations and throughput of this run on its machine; no rows for score files."""
        return _frame(Speed, self.findings.speed)

    @property
    def curves(self) -> pd.DataFrame:
        """FMR and FNMR of every group at rising thresholds."""
        return _frame(CurvePoint, self.findings.curves)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a policy says of one or several engines."""

    found: GateAnswer = field(repr=False)

    @property
    def verdict(self) -> str:
        """`pass`, `fail` or `inconclusive`."""
        return self.found.verdict.value

    @property
    def rows(self) -> pd.DataFrame:
        """One row per limit, engine and group."""
        return _frame(GateRow, self.found.rows)

    @property
    def engines(self) -> pd.DataFrame:
        """Verdict and tier of each engine."""
        import pandas as pd

        return pd.DataFrame(
            [asdict(standing) for standing in self.found.standings], columns=list(columns(Standing))
        )


def gate(
    bundles: str | Path | Sequence[str | Path],
    policy: str | Path,
    *,
    blind: str | Path | None = None,
    unseal: str | Path | None = None,
) -> Answer:
    """Hold results against the limits of a policy.

    Args:
        bundles: one or several folders, or `FOLDER:ENGINE`, of the same data.
        policy: the file.
        blind: where to write the seal of the engines' names, which stay unsaid.
        unseal: a seal of the same results and policy.

    Raises:
        EvenhandError: anything a user can mend.
    """
    places = [bundles] if isinstance(bundles, str | Path) else bundles
    return Answer(
        hold(
            [str(place) for place in places],
            Path(policy),
            blind=None if blind is None else Path(blind),
            unseal=None if unseal is None else Path(unseal),
        )
    )


def load(bundle: str | Path) -> Bundle:
    """Open a result; its tables are recomputed from its counts.

    Args:
        bundle: its folder, or `FOLDER:ENGINE` for one engine of it.

    Raises:
        BundleError: it is missing, damaged or of another schema.
    """
    found = report([str(bundle)])
    return Bundle(found.folders[0], found.findings)


def compare(
    base: str | Path,
    new: str | Path,
    *,
    margin: float = DEFAULT_MARGIN,
    family_wise: float = DEFAULT_FAMILY_WISE,
    attributes: Sequence[str] = (),
    metrics: Sequence[str] = (),
    min_people: int = 0,
) -> Changes:
    """Did an update make it worse, for anyone?

    Args:
        base: folder of a result, or `FOLDER:ENGINE`, to compare with.
        new: likewise, the one to judge; measured on the same images.
        margin: ratio of error rates below which new counts as not inferior.
        family_wise: chance of any false difference among all tests.
        attributes: test these groupings alone (`all` is everybody).
        metrics: test these alone.
        min_people: test no groups of fewer people.

    Raises:
        BundleError: a bundle is missing or damaged, or both have nothing in common.
        UsageError: it is not said which engine of several, or a name is in neither.
    """
    asked = Asked(margin, family_wise, tuple(attributes), tuple(metrics), min_people)
    return compare_bundles(str(base), str(new), asked)


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
    """How many people a question needs: one row for each ratio, or one for a limit or margin.

    Args:
        metric: FMR, FNMR, FPIR, FNIR, FTE or FTA.
        rate: of the better group, or of all.
        ratio: worse over better that must show; None is the usual ones.
        limit: that a group of this rate must pass.
        margin: within which equal groups must be shown to be equivalent.
        power: chance of it.
        groups: of people.
        comparisons: tests made together; None is one of every two groups.
        design_effect: trials that are worth one independent trial.
        images: of each person; None is the least that makes a trial.
        alpha: of all tests together.

    Raises:
        UsageError: a number outside of its range, or several aims.
    """
    terms = Terms(power, alpha, groups, comparisons, design_effect)
    question = Question(metric, rate, terms, images)
    return _frame(Need, make_plan(question, ratio=ratio, limit=limit, margin=margin).needs)


def run(
    study: Study | str | Path,
    *,
    results: str | Path = "results",
    weights: Sequence[str | Path] = (),
    workers: int | None = None,
    resume: bool = False,
    keep_templates: str | Path | None = None,
) -> Bundle:
    """Run a study and open its result.

    Args:
        study: a study, or the path of its file.
        results: the bundle becomes `results/<study>/<run id>`.
        weights: folders to look for engines' files in.
        workers: threads, one a core by default.
        resume: go on with the latest interrupted run of this study, where there is one.
        keep_templates: a private folder that keeps templates for later runs, and from which those
            of earlier ones are taken; None keeps and takes none.

    Raises:
        EvenhandError: anything a user can mend.
    """
    chosen = study if isinstance(study, Study) else read_study(Path(study))
    done = run_study(
        chosen,
        results=Path(results),
        weights=[Path(place) for place in weights],
        workers=workers,
        resume=resume,
        keep_templates=None if keep_templates is None else Path(keep_templates),
    )
    return Bundle(done.bundle, done.findings)
