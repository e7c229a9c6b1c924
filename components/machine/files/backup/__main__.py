"""berth-backup: makes archives of a machine's projects. The directory is run as one program."""

import sys

from main import main

sys.exit(main(sys.argv[1:]))
