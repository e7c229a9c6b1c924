/**
 * Production's archives as a developer's computer sees them: the newest of the project that runs there, laid out and
 * described as a node does, behind an `aws` that lists and copies from a directory; and stock `lrzip`.
 */

import * as path from "node:path";

import { run } from "../../packages/local-cloud/hosts/process";
import { obtainArchivePrograms } from "../../tools/archive-programs";

const source = path.join(process.cwd(), "components", "machine", "files", "backup");

/** The `aws` of this computer, as far as ./dev calls it. */
const aws = `#!/bin/sh
at() { case $1 in s3://*) echo "$HOME/s3/\${1#s3://}" ;; *) echo "$1" ;; esac; }
[ -z "$DENIED" ] || { echo "An error occurred (AccessDenied) when calling the ListObjectsV2 operation" >&2; exit 254; }
case $2 in
ls) cd "$(at "$3")" 2>/dev/null && for each in *; do echo "2026-11-29 03:15:10       4446 $each"; done ;;
cp) cp "$(at "$4")" "$(at "$5")" ;;
esac
`;

/** What makes the archive on that computer, by the manual's layout; the manifest by the node's own writer. */
const make = `set -e
mkdir -p made/databases/db made/files/uploads s3/archives/backups/shop && cd made
pg() { docker exec shop-db-1 "$@"; }
pg pg_dumpall -U app --no-password --globals-only >databases/db/globals.sql
echo 'CREATE ROLE reporter;' >>databases/db/globals.sql
pg pg_dump -U app app >databases/db/app.sql
# What a node writes behind a dump.
echo "COMMENT ON DATABASE :\\"DBNAME\\" IS 'the shop';" >>databases/db/app.sql
[ -z "$BROKEN" ] || echo 'SELECT 1 / 0;' >databases/db/broken.sql
pg pg_dump -U app postgres >databases/db/postgres.sql
echo hello >files/uploads/hello.txt
at=../s3/archives/backups/shop/$1
tar --sort=name -cf all.tar databases files && lrzip -q -o $at.tar.lrz all.tar && touch files/uploads.sha256
python3 - $at <<'END'
import hashlib, json, sys
sys.path.insert(0, "../backup")
from take import written_down
body = open(sys.argv[1] + ".tar.lrz", "rb").read()
archive = {"key": "k", "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
others = {"sha256": "0" * 64, "files": [{"sha256": "1" * 64}]}
open(sys.argv[1] + ".manifest.json", "wb").write(written_down({"zzz": others, "archive": archive, "aaa": others}))
END
cd .. && rm -rf made
`;

/** Gives `dev` the programs. `as` runs a command there as somebody. */
export async function giveArchiveTools(
  as: (account: string, command: string, input?: string) => Promise<string>,
): Promise<void> {
  const home = path.dirname(obtainArchivePrograms()!);
  const pack = (...words: readonly string[]) =>
    run(["bash", "-c", 'tar -c "$@" | base64', "pack", ...words]);
  await as(
    "root",
    "mkdir -p /opt/lrzip; base64 -d | tar -x -C /opt/lrzip",
    await pack("-C", home, "usr", "lib"),
  );
  const wrapper = `#!/bin/sh\nLD_LIBRARY_PATH=$(echo /opt/lrzip/usr/lib/*-gnu):$(echo /opt/lrzip/lib/*-gnu) exec /opt/lrzip/usr/bin/lrzip "$@"\n`;
  await as("root", "cat >/usr/local/bin/lrzip; chmod 755 /usr/local/bin/lrzip", wrapper);
  await as("root", "cat >/usr/local/bin/aws; chmod 755 /usr/local/bin/aws", aws);
  await as("dev", "mkdir -p backup; base64 -d | tar -x -C backup", await pack("-C", source, "."));
  await as("dev", "cat >make-archive", make);
}
