"""Secrets by name: each that is declared was given and is used, and nothing was given besides."""

import re

from problem import Problem
from secret_values import NAME, RESERVED


def judge(facts):
    if facts.declared is None:
        return
    for name in facts.declared:
        if not NAME.fullmatch(name) or RESERVED.fullmatch(name):
            yield Problem.refusal("secrets", f"{name}: the system reads this name itself; choose another")
    given = facts.given or []
    for name in sorted(set(facts.declared) - set(given)):
        yield Problem.refusal("secrets", f"{name}: is declared, and no value of it has been given; set it and bring it to this machine")
    for name in sorted(set(given) - set(facts.declared)):
        yield Problem.refusal("secrets", f"{name}: was given, and is not declared; declare it under secrets, or take its value out")
    for name in sorted(set(facts.declared) & set(given)):
        if not used(name, facts):
            yield Problem.refusal("secrets", f"{name}: is declared and given, and nothing in the Compose files uses it; use it, or take it out")


def used(name, facts):
    """Do the files name it, or does a service have it from an environment file?"""
    word = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])")
    others = re.compile(r"dc\.(?!" + re.escape(facts.env) + r"\.)[^/]*\.ya?ml")
    files = (text for file, text in facts.texts.items() if file.endswith((".yml", ".yaml")) and not others.fullmatch(file))
    if any(word.search(text) for text in files):
        return True
    return any(name in (service.get("environment") or {}) for service in (facts.full.get("services") or {}).values())
