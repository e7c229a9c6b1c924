"""One session of psql's for many questions: starting one takes longer than most of what it is asked."""

import subprocess

from ground import Failed, environment

# Stands behind each answer; no answer has a line of this text.
END = "berth_move_end_of_answer"


class Psql:
    """Ended by close()."""

    def __init__(self, words):
        self.child = subprocess.Popen(  # pylint: disable=consider-using-with
            words, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd="/", text=True
        )

    def ask(self, script):
        """What it answers to whole statements. Raises Failed with its last words where it ends, as it does at an error."""
        try:
            self.child.stdin.write(f"{script};\n\\echo {END}\n")
            self.child.stdin.flush()
        except (BrokenPipeError, ValueError):
            pass
        said = []
        for line in self.child.stdout:
            if line.rstrip("\n") == END:
                return "".join(said).strip()
            said.append(line)
        raise Failed(said[-1].strip() if said else "the session ended")

    def close(self):
        self.child.kill()
        self.child.wait()
        for each in (self.child.stdin, self.child.stdout):
            try:
                each.close()
            except BrokenPipeError:
                pass
