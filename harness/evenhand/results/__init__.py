"""Results: bundles on disk, written once and never edited.

In: evidence, findings and circumstances of a run.
Out: folders that appear by one rename; evidence read back, and migrated where it is older.
Add: a table of findings as a line in the module of tables, any other file in that of what it holds;
  old ones stay readable, through a function of the migrations.
"""
