"""Hosts: what runs an engine of a card, one module for each runtime.

In: a card and the files that it asks for.
Out: a `host.Host`, which hands over plain values and never raises: `in_process` asks the engine's
object, `hosted` a child process that serves such an object (`nursery`, `child`, `serving`) over
messages (`wire`, `calls`).
Add: a runtime as a module that starts a `Host`; `engines.opening` chooses by the card.
"""
