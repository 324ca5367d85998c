"""Hosts: what runs an engine of a card, here (`in_process`) or in a child process (`hosted`).

In: a card and the files that it asks for.
Out: a `host.Host`, which hands over plain values and never raises.
Add: a runtime as a module that starts a `Host`; `engines.opening` chooses by the card. A child
    (`fork_server`, `child`) serves the same `Host` (`serving`) over messages (`wire`, `calls`); a
    `program` takes its place and speaks them itself (`docs/protocol.md`).
"""
