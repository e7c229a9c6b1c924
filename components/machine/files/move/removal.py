"""A project's containers and networks go; its volumes stay (R72)."""

from ground import Failed, run


def remove(project):
    """Answers the volumes, which stay. Raises Failed where a container is left, or a volume went."""
    volumes = volumes_of(project)
    done = run(["docker", "compose", "--ansi", "never", "-p", project, "down", "--remove-orphans", "--timeout", "30"], seconds=300)
    if done.code != 0:
        raise Failed(f"docker compose down: {done.last(3)}")
    left = run(["docker", "ps", "-a", "-q", "--filter", f"label=com.docker.compose.project={project}"]).out.split()
    if left:
        raise Failed(f"{len(left)} containers of {project} are still there: {' '.join(left)}")
    lost = sorted(set(volumes) - set(volumes_of(project)))
    if lost:
        raise Failed(f"volumes are gone: {', '.join(lost)}")
    return volumes


def volumes_of(project):
    return sorted(run(["docker", "volume", "ls", "-q", "--filter", f"label=com.docker.compose.project={project}"]).out.split())
