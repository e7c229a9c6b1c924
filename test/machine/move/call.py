"""Calls a part of the program that moves: MOVE BACKUP SITE ROOT, then Python on standard input that finds `move`, of a
project that ROOT declares, and says what it has to say as JSON."""

import json
import os
import sys

sys.path[:0] = sys.argv[1:4]
root = sys.argv[4]

import moves  # pylint: disable=wrong-import-position

folder = os.path.join(root, "etc/berth/sites")
os.makedirs(folder, exist_ok=True)
with open(os.path.join(folder, "shop.json"), "w", encoding="utf-8") as file:
    json.dump({"environment": "prod", "httpPort": 18016}, file)
move = moves.move_of("shop", root)
exec(sys.stdin.read())  # pylint: disable=exec-used
