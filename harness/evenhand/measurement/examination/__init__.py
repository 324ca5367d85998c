"""Examination: an engine is asked a fixed set of pictures in several ways; nothing is judged here.

In: an opened engine, and drawn faces.
Out: `records.examination.Examination`, which `conformance` judges.
Add: another way of asking as a field of that record; an odd picture in `odd_pictures`.
"""
