"""Has a machine whose files are below `root` say that its archives are begun: claim.py PROGRAM. Standard input is JSON:
root, place, credential. Answers JSON: that it is done, or the kind of the problem."""

import json
import os
import sys

sys.path.insert(0, sys.argv[1])

from declared import Project  # noqa: E402
from ground import Failed  # noqa: E402
from store import Place  # noqa: E402
from take import claim  # noqa: E402

asked = json.load(sys.stdin)
said = {"environment": "prod", "bucket": "", "region": "", "prefix": "backups/shop/", "kind": "none", "at": ["00:00"]}
said.update({"consistency": "snapshot", "files": [], "exclude": {}, "shrink": 0.5, "recipients": []})
project = Project("shop", said, asked["root"])
project.place = Place(**asked["place"])
os.makedirs(project.places.state, exist_ok=True)
try:
    claim(project, asked["credential"])
    print(json.dumps({"done": True}))
except Failed as problem:
    print(json.dumps({"problem": type(problem).__name__, "text": str(problem)}))
