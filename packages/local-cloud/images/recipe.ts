/**
 * What the images consist of that projects on the local cloud's machines start from. Pure. They stand in
 * for the public registry's of the same tags: Debian's packages, where Debian has the same version, and
 * the same ways to start, configure and stop. A change here changes `imagesVersion`, and the next build
 * makes new ones beside the old.
 *
 * Packages are unpacked, not installed: nothing here knows what is in it (`apt`, `dpkg`), so a
 * project's `RUN apt-get …` fails on them, as it does where nothing can be downloaded.
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** How a container of an image is run, in the words of an image's configuration. */
export interface ImageConfig {
  readonly Env: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly StopSignal?: string;
}

/** An image: one layer above the base that all share. */
export interface ImageRecipe {
  readonly name: string;
  readonly tag: string;
  /** Debian's packages; what they depend on comes too. */
  readonly packages: readonly string[];
  /** Shell lines, run in the image's own folder once its packages are unpacked. */
  readonly finish: string;
  readonly config: ImageConfig;
}

/** What every image has. */
export const basePackages = [
  ...["base-files", "base-passwd", "bash", "ca-certificates", "coreutils", "dash", "debianutils"],
  ...["diffutils", "findutils", "grep", "gzip", "hostname", "libc-bin", "login", "netbase"],
  ...["passwd", "procps", "sed", "tar", "tzdata", "util-linux"],
] as const;

/**
 * What packages ask for and containers never use: translations, and what the database compiles queries
 * with, without which it interprets them. Halves what is kept.
 */
export const leftOut = [
  ...["libllvm19", "libz3-4", "locales", "perl", "perl-base", "perl-modules-5.40", "libperl5.40"],
  ...["debconf", "ssl-cert", "postgresql-common", "postgresql-client-common", "media-types"],
] as const;

/** Paths of packages that are left out, as patterns of tar. */
export const leftOutPaths = [
  ...["./usr/share/doc", "./usr/share/man", "./usr/share/locale", "./usr/share/info"],
  ...["./usr/share/lintian", "./usr/share/bug", "./usr/lib/*/libLLVM*", "*/llvmjit.so"],
  "*/lib/bitcode",
] as const;

/** Paths of Debian's, so that a container finds its programs by name. */
const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const files = join(__dirname, "files");
const heredoc = (name: string): string => readFileSync(join(files, name), "utf8");

/** Accounts with the numbers that the public images give them. */
const account = (name: string, id: number, home: string): string =>
  `echo '${name}:x:${id}:${id}::${home}:/bin/sh' >>etc/passwd
echo '${name}:x:${id}:' >>etc/group
`;

export const imageRecipes: readonly ImageRecipe[] = [
  {
    name: "postgres",
    tag: "17",
    packages: ["postgresql-17"],
    finish: `${account("postgres", 999, "/var/lib/postgresql")}
mkdir -p usr/local/bin docker-entrypoint-initdb.d var/lib/postgresql/data run/postgresql
chown 999:999 var/lib/postgresql var/lib/postgresql/data run/postgresql
chmod 700 var/lib/postgresql/data
cat >usr/local/bin/docker-entrypoint.sh <<'END-OF-FILE'
${heredoc("postgres-entrypoint.sh")}END-OF-FILE
chmod 755 usr/local/bin/docker-entrypoint.sh
for program in usr/lib/postgresql/17/bin/*; do ln -sf "/$program" usr/local/bin/; done
`,
    config: {
      Env: [path, "LANG=C.UTF-8", "PG_MAJOR=17", "PGDATA=/var/lib/postgresql/data"],
      Entrypoint: ["docker-entrypoint.sh"],
      Cmd: ["postgres"],
      ExposedPorts: { "5432/tcp": {} },
      Volumes: { "/var/lib/postgresql/data": {} },
      // Fast: waits for nobody's connection, loses nothing. SIGTERM would wait until it is killed.
      StopSignal: "SIGINT",
    },
  },
  {
    name: "nginx",
    tag: "1",
    packages: ["nginx", "curl"],
    finish: `${account("nginx", 101, "/nonexistent")}
mkdir -p etc/nginx/conf.d usr/share/nginx/html var/log/nginx var/lib/nginx
rm -rf etc/nginx/sites-enabled etc/nginx/sites-available
cat >etc/nginx/nginx.conf <<'END-OF-FILE'
${heredoc("nginx.conf")}END-OF-FILE
cat >etc/nginx/conf.d/default.conf <<'END-OF-FILE'
${heredoc("nginx-default.conf")}END-OF-FILE
echo '<h1>Welcome to nginx!</h1>' >usr/share/nginx/html/index.html
ln -sf /dev/stdout var/log/nginx/access.log
ln -sf /dev/stderr var/log/nginx/error.log
`,
    config: {
      Env: [path],
      Cmd: ["nginx", "-g", "daemon off;"],
      ExposedPorts: { "80/tcp": {} },
      StopSignal: "SIGQUIT",
    },
  },
  {
    name: "python",
    tag: "3",
    // The public image has no psycopg2: a project that means to run on both asks whether it is there.
    packages: ["python3", "python3-psycopg2"],
    finish: "ln -sf python3 usr/bin/python\n",
    config: { Env: [path, "LANG=C.UTF-8"], Cmd: ["python3"] },
  },
];

/** Names these recipes over one template; 12 hex digits. `layers` is the script that builds. */
export function imagesVersion(template: string, layers: string): string {
  const parts = [template, layers, basePackages, leftOut, leftOutPaths, imageRecipes];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12);
}
