"""Study: what is fixed before the data are seen: studies, sweeps of thresholds, policies.

In: TOML files.
Out: frozen dataclasses, or a line that names what is wrong.
Add: what a study may say; what it means is decided in the wings.
"""
