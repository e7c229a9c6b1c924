"""How a backup ends when it does not end well. Every text is for people and holds no secret."""


class BackupFailed(Exception):
    """This run gives no archive. What it had sent is given up."""


class BeginAnew(BackupFailed):
    """This run gives no archive, and one that is begun anew may: what it read or where it wrote changed under it."""


class Exists(BackupFailed):
    """An object of that name is there already, and was left as it is. `in_doubt`: it may be our own, since the
    answer to an earlier try was lost."""

    def __init__(self, text, in_doubt=False):
        super().__init__(text)
        self.in_doubt = in_doubt
