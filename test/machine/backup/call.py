"""Calls one function of a backup's parts: call.py PROGRAM MODULE FUNCTION < JSON of its arguments. Answers JSON."""

import importlib
import json
import sys

sys.path.insert(0, sys.argv[1])

print(json.dumps(getattr(importlib.import_module(sys.argv[2]), sys.argv[3])(*json.load(sys.stdin))))
