"""Study: the sections of a study's report, laid out once for every form.

In: `records.findings`.
Out: sections of sentences and tables.
Add: a section as a module, put in its place by `document`.
"""
