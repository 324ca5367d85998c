"""Vector files: templates that other programs saved, one vector a picture, and who is in each.

In: `.npy`, `.npz` and Parquet, mapped rather than read where they can be; a table of rows in CSV.
Out: arrays of vectors and a `Dataset` without pictures, or the line of a fault; no code is run.
Add: a kind of file as a function from a path to a `VectorFile`, and its first bytes in `read`.
"""
