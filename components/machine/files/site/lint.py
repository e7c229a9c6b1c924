"""What is wrong with a project's files, all of it at once: each with its place, its value and what to do."""

import dataclasses
import os

import lint_backup
import lint_data
import lint_image
import lint_overlap
import lint_override
import lint_ports
import lint_secrets
import lint_workers
from compose import BASE, OVERRIDE, file_of
from problem import Problem

__all__ = ["Facts", "judge"]


@dataclasses.dataclass
class Facts:
    """What is known of a project's files when they are judged."""

    env: str
    # Where the checkout is; paths in the models begin with it.
    tree: str
    # Models that Compose resolved: of the base alone, and with the environment's own part.
    base: dict
    full: dict
    # Each dc.*.yml as it is written, by environment.
    parts: dict
    # Texts of these files, by name.
    texts: dict
    # Loopback port of the site.
    port: int = 0
    # Names of secrets that are declared, and that were given; None where nothing of that is known.
    declared: list = None
    given: list = None
    # Declared paths with files (R67).
    files: tuple = ()
    # Services of which a new version may run beside the old one.
    overlap: tuple = ()
    # Services that act by themselves; None where that is not declared.
    workers: tuple = None
    # What the node was told of the project's backups; None where it has none.
    backup: dict = None
    # Tracked files; None where nothing is known of them.
    tracked: set = None
    # What the last delivery mounted: {"project": name, "mounts": [{service, volume, target}]}.
    kept: dict = None
    # Volumes of this machine: {name: the project it was made for, or None}; None where there is no Docker.
    volumes: dict = None
    compose: tuple = (9, 9, 9)
    # What Compose itself warned of.
    warned: tuple = ()


def judge(facts):
    """All problems, refusals first; and the web port: {service, target, port}, None where it cannot be told."""
    web, ports = lint_ports.judge(facts)
    problems = [
        *structure(facts),
        *ports,
        *lint_data.judge(facts),
        *lint_image.judge(facts),
        *lint_overlap.judge(facts),
        *lint_override.judge(facts),
        *lint_secrets.judge(facts),
        *lint_workers.judge(facts, web),
        *lint_backup.judge(facts),
        *(Problem.warning("Compose", each) for each in facts.warned),
    ]
    return sorted(dict.fromkeys(problems), key=lambda each: each.refused is False), web


def structure(facts):
    """How the files lie (R43, R44), and who serves static files (R53)."""
    if facts.tracked is not None and OVERRIDE in facts.tracked:
        yield Problem.refusal(
            OVERRIDE,
            "is tracked, and each delivery puts the environment's own part in its place; "
            f"take it out of the repository and ignore it (git rm --cached {OVERRIDE}), and keep what it says in dc.dev.yml (R44)",
        )
    if facts.tracked is not None and ".env" in facts.tracked and facts.declared:
        yield Problem.refusal(
            ".env",
            "is tracked, and the secrets of the stack are written there; take it out of the repository and "
            "ignore it, and keep an example beside it (.env.example)",
        )
    services = facts.base.get("services") or {}
    if services and not any(serves_files(name, service, facts) for name, service in services.items()):
        yield Problem.warning(BASE, "no service is nginx; it serves static files in every environment (R53)")
    for name, service in (facts.full.get("services") or {}).items():
        if service.get("network_mode") == "host":
            yield Problem.refusal(
                f"{file_of(facts.env)}: services.{name}.network_mode",
                "host: its ports would be the machine's; take it out and publish the web port",
            )


def serves_files(name, service, facts):
    """Is it nginx, by its name, its image or what it is built from?"""
    words = f"{name} {service.get('image', '')}".lower()
    build = service.get("build")
    if isinstance(build, dict):
        context = build.get("context", "")
        file = os.path.normpath(os.path.join(context, build.get("dockerfile", "Dockerfile")))
        words += f" {os.path.relpath(context, facts.tree)} {os.path.basename(file)}".lower()
        words += str(build.get("dockerfile_inline", "")).lower()
        text = facts.texts.get(os.path.relpath(file, facts.tree), "")
        words += " ".join(line for line in text.lower().splitlines() if line.startswith("from ") or " nginx" in line)
    return "nginx" in words
