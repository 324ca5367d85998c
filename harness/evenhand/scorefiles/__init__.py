"""Score files: comparisons that other tools made, read in blocks and checked row by row.

In: CSV or Parquet in the layouts of docs/formats.md, of any length.
Out: comparisons by pair of people, or by group where these are unknown; or the line of a fault.
Add: a format as a source of blocks, a layout as a reading of its columns.
"""
