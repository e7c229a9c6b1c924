"""One thing that is wrong with a project's files."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Problem:
    """`refused`: nothing is delivered. Else people are told, and the delivery goes on."""

    refused: bool
    place: str
    text: str

    @staticmethod
    def refusal(place, text):
        return Problem(True, place, text)

    @staticmethod
    def warning(place, text):
        return Problem(False, place, text)

    def __str__(self):
        return f"{'refused' if self.refused else 'warning'}: {self.place}: {self.text}"
