import { z } from "zod";

import { publicKey } from "./fields";
import {
  branchPattern,
  filesPattern,
  healthPathPattern,
  secretNamePattern,
  servicePattern,
} from "./formats";
import { group, hints, list, map, text } from "./hints";

/** Seconds that a new version gets to be healthy: at least, and at most. */
export const healthSeconds = { least: 5, most: 600 } as const;

/** The branch that is delivered. */
export const branch = text(
  "Branch that is delivered; absent: develop on stage, master on prod (R48).",
  branchPattern,
  {
    what: "the name of a branch",
    allowed: "letters, digits and . _ / -, first a letter or digit",
    fix: "write the branch's name as `git branch` shows it",
  },
);

/** When a new version counts as healthy: a 2xx on the project's own port (R65). */
export const health = group("How a new version is told to be healthy (R65).", {
  path: text("Path that answers 2xx when it is; absent: /.", healthPathPattern, {
    what: "a path",
    allowed: "a path such as /healthz, without spaces, quotes and #",
    fix: "write the path of a page that answers 2xx without a login",
  }).optional(),
  seconds: z
    .int()
    .min(healthSeconds.least)
    .max(healthSeconds.most)
    .describe("Seconds that it gets to be healthy; absent: 60.")
    .register(hints, {
      what: "a number of seconds",
      allowed: `a whole number from ${healthSeconds.least} to ${healthSeconds.most}`,
      fix: "write the number without quotes",
    })
    .optional(),
});

/** Names of the secrets that a project is given; their values stand under `berth:secrets`. */
export const secretNames = list(
  "Secrets that it is given, by name; their values are in berth:secrets, encrypted.",
  text("The name of an environment variable.", secretNamePattern, {
    what: "the name of an environment variable",
    allowed: "letters, digits and _, first no digit",
    fix: "write its name alone; the value is set in berth:secrets",
    secret: true,
  }),
);

/** Keys of jobs: each may start this project's delivery, and nothing else. */
export const jobs = map(
  "Keys that may start its delivery and do nothing else, such as a CI job's.",
  "a map of jobs",
  publicKey("The line of the job's .pub file."),
);

/** Where it keeps data as files. */
export const files = list(
  "Directories in its containers that hold data as files; S3 is the advice (R67).",
  text("An absolute path in a container.", filesPattern, {
    what: "an absolute path in a container",
    allowed: "a path such as /app/media, without .. in it",
    fix: "write the path that the container's volume is mounted at",
  }),
);

/** One encrypted value. Only that it is there is read: nothing but the engine has the key. */
const secretValue = z.strictObject({ secure: z.string() }).describe("Encrypted.").register(hints, {
  what: "an encrypted value",
  fix: "set it with `pulumi config set --secret --path`",
  secret: true,
});

/** What may run twice while a version takes the place of another. */
export const overlap = list(
  "Services of which a new version may run beside the one that serves: it is started and judged before anything is exchanged, so a broken one costs visitors nothing. Its migrations run while the old one serves.",
  text("A service of the Compose file.", servicePattern, {
    what: "the name of a service",
    allowed: "letters, digits and . _ -",
    fix: "write the service's name as the Compose file has it",
  }),
);

/** What acts on the world outside without being asked. */
export const workers = list(
  "Services that act by themselves: queues' workers, schedulers. On a machine beside the one that serves they wait until it serves; absent: guessed, every service that publishes no port and that nothing which answers visitors depends on.",
  text("A service of the Compose file.", servicePattern, {
    what: "the name of a service",
    allowed: "letters, digits and . _ -",
    fix: "write the service's name as the Compose file has it",
  }),
);

/** `berth:secrets`: the values of each project's secrets. */
export const secrets = map(
  "Values of projects' secrets, by project and name, each encrypted by itself.",
  "a map of projects",
  map("A project's secrets.", "a map of secrets", secretValue, secretNamePattern),
);
