"""Many verbs by one program that runs already, since visitors wait while others start: each is asked in a line of JSON,
and answered in one. What they say meanwhile are lines between."""

import contextlib
import json
import os
import sys
import threading

from ground import Stop, shown


def serve(programs):
    """Until nobody asks any more; what is under way then comes to its end. `programs`: (words, said) → the answer, by the
    name of the program that is asked."""
    # Also whatever writes past this goes through it.
    sys.stdout = Lines(sys.stdout.fileno())
    for line in sys.stdin:
        asked = json.loads(line)
        threading.Thread(target=answer, args=(programs, asked)).start()


def answer(programs, asked):
    told = {"id": asked["id"]}
    try:
        told |= {"code": 0, "answer": programs[asked["program"]](asked["words"], asked.get("input"))}
    except Stop as problem:
        told |= {"code": problem.code, "why": shown(str(problem)), "answer": getattr(problem, "answer", None)}
    except BaseException as problem:  # pylint: disable=broad-exception-caught
        # Whoever asked waits for an answer.
        told |= {"code": 1, "why": f"{type(problem).__name__}: {shown(str(problem))}"}
    print(json.dumps(told, sort_keys=True))


class Lines:
    """Standard output of several threads: whole lines alone, one after the other."""

    def __init__(self, handle):
        self.handle, self.rest, self.turn = handle, threading.local(), threading.Lock()

    def write(self, text):
        lines = getattr(self.rest, "text", "") + text
        whole, end, self.rest.text = lines.rpartition("\n")
        if not end:
            return len(text)
        left = f"{whole}\n".encode()
        # Where nobody listens any more, what is at work comes to its end all the same.
        with self.turn, contextlib.suppress(BrokenPipeError):
            while left:
                left = left[os.write(self.handle, left) :]
        return len(text)

    def flush(self):
        """What is no line yet waits for its end."""
