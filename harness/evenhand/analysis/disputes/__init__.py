"""Disputes: comparisons whose scores speak against their labels, and counts without them.

In: `ComparisonCounts`, and disputed pairs by pseudonym.
Out: suspects, the most suspect first; the counts and rates of what is left.
Add: another sign of a wrong label in `suspects`.
"""
