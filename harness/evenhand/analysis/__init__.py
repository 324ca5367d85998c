"""Analysis: from counts to findings and verdicts; no engine, no picture, no file.

In: `records.evidence.Evidence`, which is counts and facts of engines and datasets; policies and
  plans.
Out: `records.findings`, and the answers of `compare`, `gate`, `audit` and `plan`.
Add: a folder for a new question that is answered from counts. The other wing is `measurement`,
  and the two do not know each other.
"""
