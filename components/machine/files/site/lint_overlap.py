"""Services of which two versions shall run at once: whether they can."""

import lint_data
from known import is_database
from problem import Problem


def judge(facts):
    """Refuses what two containers cannot share, or what could not be judged apart."""
    services = facts.full.get("services") or {}
    for name in facts.overlap:
        service = services.get(name)
        if service is None:
            yield Problem.refusal("overlap", f"{name}: is no service of the project; it has {', '.join(sorted(services))}")
            continue
        for what in against(service):
            yield Problem.refusal(f"services.{name}", f"{what}, and overlap says that two of it run at once; take it out of overlap")
        for each in lint_data.mounts_of({**facts.full, "services": {name: service}}):
            if each["kind"] == "bind" and lint_data.inside(each["volume"], facts.tree):
                yield Problem.refusal(
                    f"services.{name}.volumes",
                    f"{each['target']}: is of the checkout, which holds one version alone, and overlap says that two of it run at once; "
                    "build it into the image, or take the service out of overlap",
                )


def against(service):
    if is_database(service):
        yield "is a database, which never shares its data directory"
    if service.get("ports"):
        yield "publishes a port, which one container alone can have"
    if service.get("container_name"):
        yield f"container_name: {service['container_name']}: one container alone can have the name"
    checked = service.get("healthcheck") or {}
    if not checked.get("test") or checked.get("disable") or checked["test"] == ["NONE"]:
        yield "has no healthcheck, by which the new one is judged"
