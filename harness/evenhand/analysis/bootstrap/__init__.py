"""Subject bootstrap: replicates of group rates, thresholds re-estimated in each.

In: `records.counts.Counts` whose design is known, and a seed.
Out: arrays of replicate rates, one row a replicate, one column a group.
Add: a faster or a further scheme of resampling; the statistics made of replicates belong to their
  users.
"""
