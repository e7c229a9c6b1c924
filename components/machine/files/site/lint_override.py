"""What an environment's own part may hold: ports, restart policy and secrets (R45)."""

import re

from compose import BASE, file_of
from problem import Problem

ALLOWED = {"ports", "restart", "secrets"}


def judge(facts):
    return [*images(facts), *surplus(facts), *repeated(facts)]


def images(facts):
    """Another image under the same service is another program."""
    base = facts.base.get("services") or {}
    for name, service in (facts.full.get("services") or {}).items():
        before = base.get(name)
        if before and before.get("image") and service.get("image") != before["image"]:
            yield Problem.refusal(
                f"{file_of(facts.env)}: services.{name}.image",
                f"{service.get('image')}: {BASE} has {before['image']}, and every environment runs the same; say it there alone",
            )


def surplus(facts):
    """Anything else is a difference between environments that needs a reason."""
    file = file_of(facts.env)
    part = facts.parts.get(facts.env) or {}
    for key in part:
        if key not in ("services", "secrets", "version", "name") and not key.startswith("x-") and part[key]:
            if key != "networks" or set(part[key]) - {"default"}:
                yield Problem.warning(f"{file}: {key}", f"is more than ports, restart policy and secrets; move it to {BASE} (R45)")
    base = facts.base.get("services") or {}
    for name, service in (part.get("services") or {}).items():
        if name not in base:
            yield Problem.warning(f"{file}: services.{name}", f"runs in {facts.env} alone; move it to {BASE}, with a profile where it must (R45)")
            continue
        for key, value in (service or {}).items():
            if key in ALLOWED or key.startswith("x-") or value in (None, {}, []):
                continue
            if key == "environment":
                names = sorted(name for name, text in pairs(value) if not of_secrets(name, text, facts))
                if names:
                    yield Problem.warning(
                        f"{file}: services.{name}.environment",
                        f"{', '.join(names)}: names no secret; move it to {BASE} (R45)",
                    )
            elif key == "env_file":
                if not all(path.endswith("/.env") for path in paths(value)):
                    yield Problem.warning(f"{file}: services.{name}.env_file", f"move it to {BASE} (R45)")
            else:
                yield Problem.warning(
                    f"{file}: services.{name}.{key}",
                    f"is more than ports, restart policy and secrets; move it to {BASE} (R45)",
                )


def pairs(environment):
    """Names and values of an environment in either form."""
    if isinstance(environment, dict):
        return list(environment.items())
    return [tuple(each.split("=", 1)) if "=" in each else (each, None) for each in environment]


def paths(env_file):
    entries = env_file if isinstance(env_file, list) else [env_file]
    return [each.get("path", "") if isinstance(each, dict) else each for each in entries]


def of_secrets(name, text, facts):
    """Is it the name of a secret, or made of one?"""
    declared = facts.declared or []
    if name in declared or text is None:
        return True
    named = re.findall(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)", str(text))
    return bool(named) and (facts.declared is None or all(each in declared for each in named))


def repeated(facts):
    """What is equal in every environment is no difference."""
    if len(facts.parts) < 2:
        return
    lines = [dict(flat(part.get("services") or {}, "services")) for part in facts.parts.values()]
    common = set(lines[0].items())
    for each in lines[1:]:
        common &= set(each.items())
    files = ", ".join(file_of(env) for env in sorted(facts.parts))
    for path, value in sorted(common):
        yield Problem.warning(files, f"{path}: {value} is equal in all of them; move it to {BASE} (R45)")


def flat(value, path):
    """Each leaf of a model with where it stands; an entry of a list is a leaf."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from flat(each, f"{path}.{key}")
    elif isinstance(value, list):
        for each in value:
            yield path, port_words(each)
    elif value is not None:
        yield path, str(value)


def port_words(each):
    if isinstance(each, dict) and "target" in each:
        words = [each.get("host_ip"), each.get("published"), each.get("source"), each["target"]]
        return ":".join(str(word) for word in words if word)
    if isinstance(each, dict):
        return ", ".join(f"{key}={each[key]}" for key in sorted(each))
    return str(each)
