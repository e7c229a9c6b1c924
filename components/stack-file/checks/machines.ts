import { isBroken, type Draft, type MachineDraft, type NodeDraft } from "../draft";
import { cloudFacts } from "../../clouds/facts";
import { locate } from "../../placement/placement";
import { addressFault } from "../../fleet/formats";
import type { Problem } from "../../fleet/problem";
import { keyText, received } from "../../fleet/show";
import { readHostKey } from "../../fleet/ssh-key";

type ServerDraft = NonNullable<NodeDraft["server"]>;
type AdoptDraft = NonNullable<NodeDraft["adopt"]>;

/** Machines that exist already are described completely, once, and not sized by Berth. */
export function checkMachines(draft: Draft): readonly Problem[] {
  const { machines } = draft;
  return [
    ...machines.flatMap((machine) => {
      const { entry, at } = machine;
      if (entry === undefined) return [];
      const { server, adopt } = entry;
      return [
        ...(isBroken(draft, at("server")) || isBroken(draft, at("adopt"))
          ? []
          : combinationProblems(entry, at)),
        ...(entry.ipv6 === true ? ipv6Problems(machine) : []),
        ...(server === undefined ? [] : serverProblems(server, at)),
        ...(adopt === undefined ? [] : adoptProblems(adopt, at)),
      ];
    }),
    ...doubled(machines, ["server", "address"], ({ entry }) => entry?.server?.address),
    ...doubled(machines, ["adopt", "id"], ({ entry }) => entry?.adopt?.id),
  ];
}

function combinationProblems(entry: NodeDraft, at: MachineDraft["at"]): Problem[] {
  const { server, adopt } = entry;
  if (server !== undefined && adopt !== undefined) {
    return [
      {
        path: at(),
        message: "has both server and adopt",
        allowed: "server for the client's machine, adopt for a machine in the agency's own account",
        fix: "remove one of the two",
      },
    ];
  }
  const kind = server !== undefined ? "server" : adopt !== undefined ? "adopt" : undefined;
  if (kind === undefined) {
    if (entry.manage === undefined) return [];
    return [
      {
        path: at("manage"),
        message:
          "is only for machines that exist already; Berth makes this one and manages all of it",
        fix: "remove the line, or describe the machine under server or adopt",
      },
    ];
  }
  return (["size", "memoryGb", "diskGb"] as const)
    .filter((key) => entry[key] !== undefined)
    .map((key) => ({
      path: at(key),
      message: `cannot be chosen together with ${kind}: the machine has its size already`,
      ...received(entry[key]),
      fix: kind === "adopt" ? "remove the line and keep adopt.size" : "remove the line",
    }));
}

/** IPv6 that Berth can give: of a machine that it makes, where the address is known to answer inside. */
function ipv6Problems({ entry, needs, residency, at }: MachineDraft): Problem[] {
  const made = entry?.server === undefined && entry?.adopt === undefined;
  const { provider } = locate({ needs, residency });
  if (made && provider === "digitalocean") return [];
  const where = made ? `the node is placed at ${provider}` : "the machine exists already";
  return [
    {
      path: at("ipv6"),
      message: `is for machines that Berth makes at DigitalOcean, and ${where}`,
      ...received(true),
      fix: "take the line out: names then lead there by IPv4 alone, and Cloudflare serves visitors of IPv6 all the same",
    },
  ];
}

function serverProblems(server: ServerDraft, at: MachineDraft["at"]): Problem[] {
  const fault = server.address === undefined ? undefined : addressFault(server.address);
  return [
    ...(fault === undefined
      ? []
      : [
          {
            path: at("server", "address"),
            message: fault,
            ...received(server.address),
            allowed: "the IPv4 address of one machine, such as 192.0.2.10",
            fix: "write the address on which the machine answers SSH",
          },
        ]),
    ...hostKeyProblems(server.hostKey, at("server", "hostKey")),
  ];
}

function adoptProblems(adopt: AdoptDraft, at: MachineDraft["at"]): Problem[] {
  const problems = hostKeyProblems(adopt.hostKey, at("adopt", "hostKey"));
  if (adopt.provider === undefined) return problems;
  const { id, region, console } = cloudFacts[adopt.provider];
  if (adopt.id !== undefined && !id.pattern.test(adopt.id)) {
    problems.push({
      path: at("adopt", "id"),
      message: `is not the id of a machine at ${adopt.provider}`,
      ...received(adopt.id),
      allowed: id.allowed,
      fix: `copy the id from ${console.address}`,
    });
  } else if (
    id.beginsWithPlace &&
    adopt.id !== undefined &&
    adopt.region !== undefined &&
    !adopt.id.startsWith(`${adopt.region}/`)
  ) {
    problems.push({
      path: at("adopt", "region"),
      message: `is not the zone in the id ${keyText(adopt.id)}`,
      ...received(adopt.region),
      fix: "write the zone that the id begins with",
    });
  }
  if (adopt.region !== undefined && !region.pattern.test(adopt.region)) {
    problems.push({
      path: at("adopt", "region"),
      message: `is not a region of ${adopt.provider}`,
      ...received(adopt.region),
      allowed: region.allowed,
      fix: "write the region as the provider names it",
    });
  }
  return problems;
}

/** The key's text is not shown: a private key may have been pasted in its place. */
function hostKeyProblems(key: string | undefined, path: string): Problem[] {
  if (key === undefined) return [];
  const reading = readHostKey(key);
  return reading.kind === "key" ? [] : [{ path, message: reading.message, fix: reading.fix }];
}

/** Two nodes that are one machine would undo each other's work. */
function doubled(
  machines: readonly MachineDraft[],
  path: readonly string[],
  valueOf: (machine: MachineDraft) => string | undefined,
): Problem[] {
  return machines.flatMap((machine, index): Problem[] => {
    const value = valueOf(machine);
    const first = machines.slice(0, index).find((other) => valueOf(other) === value);
    if (value === undefined || first === undefined) return [];
    return [
      {
        path: machine.at(...path),
        message: `is that of the node ${first.name} too`,
        ...received(value),
        fix: `put the projects on one node with \`node: ${first.name}\`, or correct the value`,
      },
    ];
  });
}
