"""What a commit only points to: submodules, and files that Git LFS keeps. Git brings neither, so a delivery would leave
an empty directory and a few lines of text in their places."""

import os
import stat

from problem import Problem

SUBMODULE = "160000"
POINTER = b"version https://git-lfs.github.com/spec/v1\n"
# What a pointer may have at most, in bytes, by the specification of Git LFS.
LARGEST = 1024
NAMED = 5


def judge(repository, commit, directory):
    """Refusals, for the files of a commit that are laid out in a directory."""
    inside = submodules(repository, commit)
    if inside:
        yield Problem.refusal(
            named(inside),
            "submodules, which a delivery does not fetch; take each out (git rm) and its files into the repository "
            "(git subtree add), or have an image bring them",
        )
    large = pointers(repository, commit, directory)
    if large:
        yield Problem.refusal(
            named(large),
            "kept by Git LFS, which a delivery does not fetch from; take them into the repository "
            "(git lfs migrate export --include=...) or to S3, or have an image bring them",
        )


def submodules(repository, commit):
    """Paths of a commit's submodules."""
    entries = filter(None, repository.must("ls-tree", "-r", "-z", commit).split("\0"))
    return [entry.split("\t", 1)[1] for entry in entries if entry.startswith(SUBMODULE)]


def pointers(repository, commit, directory):
    """Paths where a pointer of Git LFS lies and its file should: one whose attributes say nothing of LFS is a file like
    any other, and where the machine's own git has LFS the file itself lies there."""
    found = [path for path in sorted(repository.tracked(commit)) if is_pointer(os.path.join(directory, path))]
    if not found:
        return []
    asked = ["-C", directory, f"--work-tree={directory}", "check-attr", "--stdin", "-z", "filter"]
    said = repository.must(*asked, text="\0".join(found)).split("\0")
    return [path for path, value in zip(said[::3], said[2::3]) if value == "lfs"]


def is_pointer(path):
    """Read without following a link: what the checkout holds is others' to say."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        about = os.fstat(handle)
        return stat.S_ISREG(about.st_mode) and about.st_size < LARGEST and os.read(handle, len(POINTER)) == POINTER
    finally:
        os.close(handle)


def named(paths):
    """The first of them, and how many there are besides."""
    more = len(paths) - NAMED
    return ", ".join(paths[:NAMED]) + (f" and {more} more" if more > 0 else "")
