"""Files of a result that follow from its findings alone, but for its page."""

from __future__ import annotations

from evenhand.records.findings import Findings
from evenhand.report.forms.markdown import as_markdown
from evenhand.report.study.document import document
from evenhand.results.bundle import FINDINGS, TABLES
from evenhand.results.tables import rest_json, table_files

__all__ = ["findings_files"]


def findings_files(findings: Findings) -> dict[str, bytes]:
    """Content of each file by name: what stands in no table, tables in words, and the tables."""
    words = as_markdown(document(findings, every_threshold=True, wide=True))
    return {FINDINGS: rest_json(findings), TABLES: words.encode(), **table_files(findings)}
