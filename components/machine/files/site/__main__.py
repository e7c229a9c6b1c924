"""berth-site: delivers a machine's projects, and looks into them. The directory is run as one program."""

import sys

from main import main

sys.exit(main(sys.argv[1:]))
