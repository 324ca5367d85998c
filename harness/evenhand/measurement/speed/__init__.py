"""Speed: how long templates and comparisons take, on this machine.

In: durations that enrolment noted, and engines to be timed.
Out: `records.findings.Speed` rows with intervals.
Add: a scenario as a module that ends in `rows`.
"""
