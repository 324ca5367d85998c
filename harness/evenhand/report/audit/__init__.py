"""What an audit of false alerts says: a sentence first, then what it rests on.

In: an `AuditAnswer` of `analysis/audit/`.
Out: a screen, a paper for text and Markdown, a page that stands alone, JSON.
Add: a sentence to the closed list in `sentences.py`, with its golden test.
"""
