"""The commands: each word of a command line has one meaning, whatever it looks like."""

from ground import Misused, Stop, complain

USAGE = """berth-move status <project>"""

COMMANDS = {}


def main(words):
    try:
        if not words or words[0] not in COMMANDS:
            raise Misused(USAGE)
        return COMMANDS[words[0]](words[1:])
    except Stop as problem:
        complain(str(problem))
        return problem.code
    except BrokenPipeError:
        return 141
