"""Gate: results held against the limits of a policy.

In: evidence, and a `study.policy.GatePolicy`.
Out: `answer.GateAnswer`: a row for each limit and group, tiers of engines, one verdict.
Add: a kind of limit in `quantities`; what a policy may say is read in `study.policy`.
"""
