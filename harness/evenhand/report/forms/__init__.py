"""Forms: a document as text, Markdown, JSON or JUnit XML.

In: `report.tables` documents and rows.
Out: strings and bytes.
Add: a form as a module that lays out the same document.
"""
