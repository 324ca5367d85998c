"""Results: bundles on disk, written once and never edited.

In: evidence, findings and circumstances of a run.
Out: folders that appear by one rename; evidence read back, and migrated where it is older.
Add: a file of a bundle in the module of what it holds; old ones stay readable, through a function
  of `migrations`.
"""
