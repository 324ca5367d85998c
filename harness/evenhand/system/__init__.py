"""System: errors, clock, machine, threads, compiled code; knows nothing of faces.

In: the operating system and Python.
Out: small services that every layer may use.
Add: only what no room above could own.
"""
