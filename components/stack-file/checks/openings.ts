import { isBroken, type Draft, type MachineDraft } from "../draft";
import { readNetwork } from "../../placement/network";
import { unreadNetworks } from "./networks";
import { databasePorts, lastPort, usualPorts } from "../../fleet/ports";
import type { Problem } from "../../fleet/problem";
import { received } from "../../fleet/show";
import { cloudflareNetworks } from "../../placement/cloudflare-networks";

const openingKeys = ["sshFrom", "visitorsFrom", "ports"] as const;
type PortDraft = NonNullable<NonNullable<MachineDraft["entry"]>["ports"]>[number];

/**
 * What a node lets in is lawful (R41), said once, and in force; and it fits into the smallest firewall of a
 * cloud, wherever the node is placed.
 */
export function checkOpenings(draft: Draft): readonly Problem[] {
  return draft.machines.flatMap((machine): Problem[] => {
    const { entry, at } = machine;
    if (openingKeys.every((key) => entry?.[key] === undefined)) return [];
    const { ports = [] } = entry ?? {};
    return [
      ...inForce(machine, draft),
      ...networks(entry?.sshFrom, (...path) => at("sshFrom", ...path)),
      ...networks(entry?.visitorsFrom, (...path) => at("visitorsFrom", ...path)),
      ...wide(entry?.visitorsFrom, (...path) => at("visitorsFrom", ...path)),
      ...ports.flatMap((port, index) => [
        ...portProblems(port, at("ports", index, "port")),
        ...networks(port?.from, (...path) => at("ports", index, "from", ...path)),
      ]),
      ...twice(ports, (index) => at("ports", index, "port")),
      ...tooMany(machine),
    ];
  });
}

/** A proxy that leads visitors has one address: a network would be a way around the edge for all in it. */
function wide(
  list: readonly (string | undefined)[] | undefined,
  at: (...path: readonly PropertyKey[]) => string,
): Problem[] {
  return (list ?? []).flatMap((text, index): Problem[] => {
    const reading = text === undefined ? undefined : readNetwork(text);
    if (reading?.kind !== "network" || /\/(32|128)$/.test(reading.text)) return [];
    return [
      {
        path: at(index),
        message: "is a network of many machines, and all of them could go around Cloudflare",
        ...received(text),
        allowed: "the address of one machine",
        fix: "write the address of the machine that leads visitors here",
      },
    ];
  });
}

/** On a machine that Berth did not make the firewall is a step of the take-over. */
function inForce({ entry, at }: MachineDraft, draft: Draft): Problem[] {
  const exists = entry?.server !== undefined || entry?.adopt !== undefined;
  if (!exists || isBroken(draft, at("manage")) || entry.manage?.includes("firewall")) return [];
  return openingKeys
    .filter((key) => entry[key] !== undefined)
    .map((key) => ({
      path: at(key),
      message: "does nothing: manage does not name firewall, so the machine keeps the one it has",
      fix: "add firewall to manage, or remove the line",
    }));
}

function portProblems(entry: PortDraft | undefined, path: string): Problem[] {
  const { port, protocol = "tcp" } = entry ?? {};
  if (port === undefined) return [];
  if (port > lastPort) {
    return [
      {
        path,
        message: "is no port",
        ...received(port),
        allowed: `a whole number of 1 to ${lastPort}`,
        fix: "write the number on which it is reached",
      },
    ];
  }
  if (databasePorts.includes(port)) {
    return [
      {
        path,
        message: "is a database's, and none is let in from outside (R41)",
        ...received(port),
        fix: "remove it; people reach a database with `ssh -L` through the node",
      },
    ];
  }
  const usual = protocol === "tcp" ? usualPorts[port] : undefined;
  if (usual === undefined) return [];
  return [
    { path, message: `is reserved: ${usual}`, ...received(port), fix: "remove it from the list" },
  ];
}

function networks(
  list: readonly (string | undefined)[] | undefined,
  at: (...path: readonly PropertyKey[]) => string,
): Problem[] {
  if (list === undefined) return [];
  if (list.length === 0) {
    return [
      {
        path: at(),
        message: "names no network, so nobody could come",
        fix: "name the networks that may, or remove the line for anyone",
      },
    ];
  }
  return unreadNetworks(list, at);
}

function twice(
  ports: readonly (PortDraft | undefined)[],
  at: (index: number) => string,
): Problem[] {
  const seen = new Set<string>();
  return ports.flatMap((entry, index): Problem[] => {
    if (entry?.port === undefined) return [];
    const key = `${entry.port}/${entry.protocol ?? "tcp"}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [
      {
        path: at(index),
        message: `lets in ${key} a second time`,
        ...received(entry.port),
        fix: "put all networks that may come into one entry",
      },
    ];
  });
}

/** Networks of one family that a security group of AWS holds, over all its ports. */
const mostNetworks = 60;

function tooMany({ entry, at }: MachineDraft): Problem[] {
  // At either of the web's ports.
  const led = entry?.visitorsFrom ?? [];
  const lists = [
    entry?.sshFrom,
    led,
    led,
    ...(entry?.ports ?? []).map((port) => port?.from ?? undefined),
  ];
  return (["ipv4", "ipv6"] as const).flatMap((family): Problem[] => {
    const declared = lists.map((list) =>
      list === undefined ? 1 : list.filter((text) => familyOf(text) === family).length,
    );
    const count = declared.reduce((sum, one) => sum + one, 2 * cloudflareNetworks[family].length);
    if (count <= mostNetworks) return [];
    return [
      {
        path: at(entry?.ports === undefined ? "sshFrom" : "ports"),
        message: `lets in ${count} networks of ${family === "ipv4" ? "IPv4" : "IPv6"} with those of Cloudflare, over all ports`,
        allowed: `at most ${mostNetworks}, the size of a security group at AWS`,
        fix: "name fewer and wider networks",
      },
    ];
  });
}

function familyOf(text: string | undefined): string | undefined {
  const reading = text === undefined ? undefined : readNetwork(text);
  return reading?.kind === "network" ? reading.family : undefined;
}
