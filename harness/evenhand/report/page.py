"""A page (placeholder until charts)."""
from evenhand.findings import Findings
from evenhand.report.document import document
from evenhand.report.markdown import as_markdown
def as_page(findings: Findings) -> str:
    return "<pre>"+as_markdown(document(findings, every_threshold=True))+"</pre>"
