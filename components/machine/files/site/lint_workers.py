"""Services that are declared to act by themselves: whether they can wait while the rest answers visitors."""

from beside import needs
from known import is_database
from problem import Problem


def judge(facts, web):
    """Refuses what is no service of the project, and what the rest cannot be without."""
    services = facts.full.get("services") or {}
    for name in facts.workers or ():
        if name not in services:
            yield Problem.refusal("workers", f"{name}: is no service of the project; it has {', '.join(sorted(services))}")
        elif is_database(services[name]):
            yield Problem.refusal("workers", f"{name}: is a database, which acts for others; take it out of workers")
        elif web and name in needs(services, [web["service"]]):
            yield Problem.refusal("workers", f"{name}: {web['service']} answers visitors and needs it (depends_on), so it cannot wait; take it out of workers")
