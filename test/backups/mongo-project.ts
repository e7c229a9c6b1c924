import { createHash } from "node:crypto";
import { resolve } from "node:path";

import type { Files } from "../machine/quay";

/** Its services write to a MongoDB and to a directory of the checkout. */
export const mongoProject: Files = {
  "docker-compose.yml": `services:
  nginx:
    image: python:3
    command: ["python3", "-m", "http.server", "8000", "--directory", "/media"]
    stop_signal: SIGKILL
    volumes: ["./media:/media"]
  mongo:
    image: mongo:7
    stop_signal: SIGKILL
    volumes: ["documents:/data/db"]
volumes: {documents: {}}
`,
  "dc.prod.yml": `services: {nginx: {ports: ["80:8000"]}}\n`,
  ".gitignore": "docker-compose.override.yml\n.env\nmedia\n",
};

/** Where a dump of it is in an archive. */
export const member = "databases/mongo/mongodb.archive";

/** What a node makes archives with. */
export const backupParts = resolve("components/machine/files/backup");

export const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");
