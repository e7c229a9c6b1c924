"""The archive of one run: a tar in lrzip's format, written as it comes to whatever takes bytes."""

import lrz
import tape
import trees


class Archive:
    """Written to `sink` (anything with `write`), in memory that does not grow with what is written. After an exception
    of any of these the archive is none: give up what took it."""

    # Does a member need its size beforehand?
    needs = True

    def __init__(self, sink, chunk=lrz.CHUNK):
        self._packed = lrz.Writer(sink, chunk)
        self._tape = tape.Tape(self._packed)

    def announce(self, name, what):
        """What a member is, before it comes: for who takes it as it does. A file is read when all of it is there."""

    def member(self, name, size, chunks, fill=None):
        """One member of `size` bytes out of the iterable `chunks` (bytes). With `fill` (one byte) fewer may come; more
        than `size`, or fewer without `fill`, raise BeginAnew. Answers (bytes, sha256) of what came."""
        return tape.member(self._tape, name, size, chunks, fill)

    def tree(self, name, root, skip=()):
        """The living files below `root` as `files/<name>/…`, and `files/<name>.sha256`, by which `sha256sum -c` checks
        them inside the restored tree. `skip`: paths below `root` that are left out, with all that is in them.
        Answers the entry of the manifest's `files`. Raises BackupFailed where `root` cannot be read at all."""
        return trees.pack(self._tape, name, root, skip)

    def close(self):
        """Ends the archive; the sink stays open."""
        self._tape.close()
        self._packed.close()
