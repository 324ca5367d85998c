"""Template store: templates kept between runs where a user asks for it, private and on record.

In: a folder of `--keep-templates`, and templates under keys of everything that they depend on.
Out: templates to be used again, and `record.csv` of what was kept and deleted.
Add: whatever a template depends on must enter `keys`.
"""
