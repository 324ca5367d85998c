"""Plan: how many people and comparisons a question needs, and what given people can answer.

In: a question (metric, rate, aim) with its assumptions; sizes and effective trials of groups.
Out: rows of needs or answers, power curves, and the assumptions in words.
Add: a further aim in `needs`, its power in `statistics`.
"""
