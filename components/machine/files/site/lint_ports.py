"""What a project publishes on the machine: its web port, on the loopback interface, and nothing else (R41, R65)."""

from compose import BASE, file_of
from known import is_database, is_loopback, port_of_database
from problem import Problem

# From here on a file can replace a list of ports; before, one could only add to it.
OVERRIDING = (2, 24, 4)


def judge(facts):
    """The web port and the problems."""
    problems = []
    candidates = []
    for name, service in (facts.full.get("services") or {}).items():
        for port in service.get("ports") or []:
            place = f"{origin(facts, name, port)}: services.{name}.ports"
            if is_database(service) or port_of_database(port.get("target")):
                problems.append(database(facts, place, port))
            elif port.get("protocol", "tcp") != "tcp":
                problems.append(Problem.refusal(place, f"{words(port)}: publishes another protocol than TCP; take it out"))
            else:
                candidates.append((name, port, place))
    problems = [each for each in problems if each]
    if facts.env in ("dev", "test"):
        return None, problems
    web = chosen(facts, candidates)
    if web is None:
        if not candidates:
            problems.append(
                Problem.refusal(
                    f"{file_of(facts.env)}: services",
                    "no service publishes a port, so the web port cannot be told; give the web service "
                    'ports: ["80:<its port>"]',
                )
            )
        else:
            several = ", ".join(f"{name} {words(port)}" for name, port, _ in candidates)
            problems.append(
                Problem.refusal(
                    f"{file_of(facts.env)}: services",
                    f"the web port cannot be told among {several}; publish the web service's as {f'80 or {facts.port}' if facts.port else '80'}, "
                    "and take the others out",
                )
            )
        return None, problems
    service, port, place = web
    for name, other, where in candidates:
        if other is port:
            continue
        if same(name, other, service, port) and not is_loopback(other):
            problems.append(Problem.warning(where, f"{words(other)}: the web port is published once, at {at(facts)} (R65)"))
        elif is_loopback(other):
            problems.append(Problem.warning(where, f"{words(other)}: publishes a port on the machine's loopback; the proxy does not use it"))
        else:
            problems.append(
                Problem.refusal(
                    where,
                    f"{words(other)}: publishes a second port to all; take it out, services reach each other by "
                    "their names" + (", and TLS ends at the machine's proxy" if str(other.get("published")) == "443" else ""),
                )
            )
    if not (is_loopback(port) and str(port.get("published")) == str(facts.port)):
        problems.append(Problem.warning(place, f"{words(port)}: the web port is published at {at(facts)} in its place (R65)"))
    if facts.compose < OVERRIDING:
        have, need = (".".join(map(str, each)) for each in (facts.compose, OVERRIDING))
        problems.append(Problem.refusal("this machine", f"Compose {have} cannot rebind a published port; install {need} or newer"))
    return {"service": service, "target": port["target"], "port": port}, problems


def chosen(facts, candidates):
    """Which of the published ports is the web's: at its place already, or as 80, or the only one there is."""
    tests = [
        lambda port: str(port.get("published")) == str(facts.port),
        lambda port: str(port.get("published")) == "80",
        lambda port: not is_loopback(port) and str(port.get("published")) != "443",
        lambda port: True,
    ]
    for test in tests:
        found = [each for each in candidates if test(each[1]) and "-" not in str(each[1].get("published", ""))]
        if found and all(same(name, port, *found[0][:2]) for name, port, _ in found):
            return found[0]
        if found:
            return None
    return None


def same(name, port, service, other):
    """Is it one port of one service that is published twice, as to IPv4 and to IPv6?"""
    return name == service and port.get("target") == other.get("target")


def at(facts):
    """Where the web port is published."""
    return f"127.0.0.1:{facts.port}" if facts.port else "a port of the loopback interface"


def database(facts, place, port):
    text = f"{words(port)}: publishes a database's port; take it out, services reach it by its name (R41)"
    if facts.env == "dev":
        return Problem.warning(place, text) if not is_loopback(port) else None
    return Problem.refusal(place, text)


def origin(facts, name, port):
    """The file that a published port comes from."""
    base = ((facts.base.get("services") or {}).get(name) or {}).get("ports") or []
    return BASE if port in base else file_of(facts.env)


def words(port):
    """A published port as people write it."""
    published = str(port.get("published") or "")
    host = port.get("host_ip") or ""
    host = f"[{host}]" if ":" in host else host
    parts = [host, published or "any", str(port.get("target"))]
    protocol = port.get("protocol") or "tcp"
    return ":".join(part for part in parts if part) + ("" if protocol == "tcp" else f"/{protocol}")
