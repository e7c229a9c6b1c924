import { unjudged, violation, type Judgement, type Policy } from "../judge/policy";
import { isAsBefore } from "../judge/as-before";
import { above, below, input, type Resource } from "../judge/resource";
import { dnsRecords, projectNames } from "../judge/types";
import { isList, unknown, type Found } from "../../engine/values";

type Role = "primary" | "origin" | "direct" | "www" | "serves" | "redirects";
/** Those that every project has. */
const roles: readonly Role[] = ["primary", "origin", "direct"];
/** Those of a project that declares them: one name, or a list of them. */
const furtherRoles: readonly Role[] = ["www", "serves", "redirects"];
const visitors: readonly Role[] = ["primary", ...furtherRoles];

export const policy: Policy = {
  name: "proxy-primary-names",
  rules: [23, 24],
  description:
    "A project's primary name is a proxied A record; the host's own name and `direct`, by which " +
    "people log in, are not proxied, and `direct` is a CNAME. Beside the A records of the primary and of the " +
    "host's own name may stand AAAA records to the `address6` of their project. Further names of visitors are " +
    "proxied as well, `www` as a CNAME. There are no other records but those that a zone held before, as long " +
    "as their project lists them in `asBefore`.",
  check: proxyPrimaryNames,
  checkStack: haveAllNames,
};

/** Judges a record by the name it has and what that name is for. */
export function* proxyPrimaryNames(record: Resource): Generator<Judgement> {
  if (!dnsRecords.includes(record.type) || isAsBefore(record)) return;
  const name = input(record, "name");
  if (name === unknown) {
    yield unjudged(record, "name");
    return;
  }
  const role = roleOf(record, name);
  if (role === undefined) {
    yield violation(
      record,
      `${String(name)} is no name of a project's`,
      "declare the project whose name it is, or take the record out",
    );
    return;
  }
  const type = input(record, "type");
  const wanted = role === "direct" || role === "www" ? "CNAME" : "A";
  const six = type === "AAAA" ? sameMachine(record, role) : false;
  if (type === unknown) yield unjudged(record, "type");
  else if (six === unknown) yield unjudged(record, "content");
  else if (type !== wanted && !six) {
    yield violation(
      record,
      `${String(name)} is ${String(type)}, but a ${role} name is ${wanted}`,
      `set type to ${wanted}`,
    );
  }
  const proxied = input(record, "proxied");
  if (proxied === unknown) yield unjudged(record, "proxied");
  else if (visitors.includes(role) && proxied !== true) {
    yield violation(
      record,
      `${String(name)} shows the machine's address to every visitor`,
      "set proxied to true",
    );
  } else if (!visitors.includes(role) && proxied === true) {
    yield violation(
      record,
      `${String(name)} is proxied, so SSH would reach Cloudflare instead of the machine`,
      "set proxied to false",
    );
  }
}

/**
 * Whether an AAAA record leads where the A record beside it does (`haveAllNames` looks for that one): to the
 * IPv6 address that the project's component names, or, of a machine's own name in a host stack, by itself.
 */
function sameMachine(record: Resource, role: Role): boolean | typeof unknown {
  const names = above(record, projectNames);
  if (names === undefined) return role === "origin";
  if (role !== "primary" && role !== "origin") return false;
  const [address, content] = [input(names, "address6"), input(record, "content")];
  if (address === undefined) return false;
  return address === unknown || content === unknown ? unknown : address === content;
}

/** What a name is for: as its project says, otherwise as its first label reads. */
function roleOf(record: Resource, name: Found): Role | undefined {
  const names = above(record, projectNames);
  const declared = [...roles, ...furtherRoles].find(
    (role) => names && namesAs(names, role).includes(name ?? null),
  );
  if (declared) return declared;
  const label = String(name ?? "").split(".")[0]!;
  if (/(^|-)direct$/.test(label)) return "direct";
  return /(^|-)origin(-|$)/.test(label) ? "origin" : undefined;
}

/** The names that a component gives a role. */
function namesAs(names: Resource, role: Role): readonly Found[] {
  const given = input(names, role);
  if (given === undefined) return [];
  return isList(given) ? given : [given];
}

/** A project whose records were forgotten shows only in the whole stack. */
export function* haveAllNames(resources: readonly Resource[]): Generator<Judgement> {
  for (const names of resources.filter(({ type }) => type === projectNames)) {
    const records = below(names, resources).filter(({ type }) => dnsRecords.includes(type));
    for (const [role, name] of namesOf(names)) {
      if (name === unknown) yield unjudged(names, role);
      else if (!records.some((record) => couldBe(record, name))) {
        yield violation(
          names,
          `no record has its ${role} name ${String(name ?? "")}`.trimEnd(),
          `create the ${role} record`,
        );
      }
    }
  }
}

/** Every name that a component says a project has, with what it is for. */
function namesOf(names: Resource): (readonly [Role, Found])[] {
  const own = roles.map(
    (role) => [role, names.inputs === undefined ? unknown : input(names, role)] as const,
  );
  const further = furtherRoles.flatMap((role) =>
    namesAs(names, role).map((name) => [role, name] as const),
  );
  return [...own, ...further];
}

/**
 * A record whose name is not known has been reported by itself. An AAAA record stands beside one of another
 * type, and in nobody's place.
 */
function couldBe(record: Resource, name: Found): boolean {
  if (record.inputs === undefined) return true;
  return (
    [name, unknown].includes(input(record, "name") ?? null) && input(record, "type") !== "AAAA"
  );
}
