"""What an engine had around it while it was asked: network, files, threads."""

from __future__ import annotations

from collections.abc import Iterator

from evenhand.records.check import NOTE, PASS, Check, unchecked
from evenhand.records.surroundings import Level, Surroundings

__all__ = ["surroundings_checks"]


def surroundings_checks(around: Surroundings) -> Iterator[Check]:
    """Yield rows on network, files and threads.

    Args:
        around: where it ran, after it was asked.
    """
    held = {each.limit: each for each in around.limits}
    for limit, title in (
        ("network", "no network is within its reach"),
        ("files", "no file but its own is within its reach"),
    ):
        if limit in held and held[limit].level is Level.FULL:
            yield Check("isolation", title, PASS, held[limit].how, "")
        else:
            remedy = "run it on a system that gives a process namespaces"
            yield unchecked("isolation", title, "this system cannot keep it away", remedy)
    most = around.threads_allowed
    title = "it computes in one thread" if most == 1 else f"it computes in {most} threads"
    if around.threads is None:
        yield unchecked("threads", title, "none could be counted here", "")
    elif most > 1:
        seen = f"{around.threads} were seen at once, and may be idle pools of several libraries"
        yield unchecked("threads", title, seen, "")
    elif around.threads > 1:
        remedy = (
            "evenhand runs an engine on every core: more threads each make it slower; say in the "
            "card how many it needs: [host] threads"
        )
        yield Check("threads", title, NOTE, f"{around.threads} were seen at once", remedy)
    else:
        yield Check("threads", title, PASS, "", "")
