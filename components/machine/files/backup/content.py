"""What an archive unpacks to, as a file that is read once."""


class Content:
    """`chunks`: what `unpack.read_chunks` gives. Raises what that raises."""

    def __init__(self, chunks):
        self.chunks, self.rest = chunks, b""

    def read(self, size):
        while len(self.rest) < size and (chunk := next(self.chunks, None)) is not None:
            self.rest += chunk
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken


def pieces(file, size=1 << 20):
    """A file's bytes, piece by piece."""
    with file:
        while piece := file.read(size):
            yield piece
