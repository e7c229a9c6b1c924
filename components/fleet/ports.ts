import { z } from "zod";

import { choice, count, group, hints, list, text } from "./hints";

/** A network that may come to a port. */
export const network = z
  .string()
  .describe("A network such as 203.0.113.0/24 or 2001:db8::/32, or one address.")
  .register(hints, {
    what: "a network",
    allowed: "an address, or a network such as 203.0.113.0/24 or 2001:db8::/32",
    fix: "write it in quotes",
  });

/** A port that a node lets in beside SSH and the web. */
export const openPort = group("A port that is let in beside SSH and the web (R41).", {
  port: count("The port.", 1, { what: "a port", fix: "write the number without quotes" }),
  protocol: choice("What it speaks; absent: tcp.", ["tcp", "udp"], {
    what: "a protocol with ports",
    fix: "choose one of them",
  }).optional(),
  from: list("Networks that may come; absent: anyone.", network).optional(),
  reason: text("Why it is open, for who reviews it.", /\S/, {
    what: "a reason",
    allowed: "a sentence",
    fix: "say what listens there and who needs it",
  }),
});

/** Highest port. */
export const lastPort = 65535;

/** The loopback port on which a node's proxy reaches a project (R65). */
export const httpPort = z
  .int()
  .min(1024)
  .max(lastPort)
  .describe(
    "Port on the node's loopback that its web service publishes (R65); absent: it follows from the slug.",
  )
  .register(hints, {
    what: "a port for a project's web service",
    allowed: `a whole number of 1024 to ${lastPort}`,
    fix: "write the port that its web service publishes on 127.0.0.1, without quotes",
  });

/**
 * Where a client of ACME on a node answers the challenge of HTTP-01: the proxy hands it what is asked
 * under `/.well-known/acme-challenge/` on port 80.
 */
export const acmePort = 17080;

/**
 * Where a node's proxy hands requests to itself: from connections that a reload has left with its former
 * process, which knows nothing of what was decided since.
 */
export const relayPort = 17081;

/** TCP ports that a node has anyway, by what declares who may come. */
export const usualPorts: Readonly<Record<number, string>> = {
  22: "sshFrom says who may come to SSH",
  80: "it follows from the projects on the node who may come to the web",
  443: "it follows from the projects on the node who may come to the web",
};

/** Ports on which databases and caches listen unless told otherwise: never let in (R41). */
export const databasePorts: readonly number[] = [
  1433, 1521, 3306, 33060, 5432, 5433, 5984, 6379, 6432, 7474, 7687, 8086, 9042, 9200, 9300, 11211,
  26257, 27017, 27018, 27019,
];
