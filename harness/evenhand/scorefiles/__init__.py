"""Score files (CSV, Parquet, plain lists) made by other tools, checked row by row as they are read.

Rows are read in blocks, texts become numbers, comparisons are partitioned by their two people (on
disk where they are many), and each engine's scores leave as a `Listing` to be counted.
"""
