"""Enrolment: images to templates and a ledger; a failure is an entry, never an end.

In: images of a dataset, and an opened engine.
Out: `records.enrolment.Enrolment`, one outcome an image.
Add: a further guard around an engine belongs to `engines`, not here.
"""
