"""berth-move: moves a machine's projects to another machine. The directory is run as one program."""

import sys

from main import main

sys.exit(main(sys.argv[1:]))
