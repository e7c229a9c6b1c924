"""Whether a database's schema may have changed between two versions, by the files that such changes are in."""

import re

# Django, Rails, Laravel, Alembic, Flyway, Prisma, Knex and the like; a project of another kind says so by a file
# of this name, which it changes with its schema.
MARKER = "SCHEMA"
CHANGES = re.compile(
    rf"(^|/)({MARKER}|schema\.rb|structure\.sql|schema\.prisma|(db/)?migrat(ions?|e)/.+|alembic/versions/.+|db/changelog/.+|[^/]*\.sql)$"
)


def between(repository, old, new, back):
    """What to tell before the versions change places; nothing where nothing of it changed."""
    changed = [path for path in repository.between(old, new) if CHANGES.search(path)]
    if not changed:
        if back:
            yield f"schema: no migration lies between {old[:12]} and {new[:12]} (looked at: migrations, *.sql, {MARKER})"
        return
    some = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")
    if back:
        yield f"schema: may have changed since {new[:12]}, and does not go back with the code: {some}"
    else:
        yield f"schema: changes with this version: {some}"
