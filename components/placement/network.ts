import { isIPv4, isIPv6 } from "node:net";

const allowed = "an address, or a network such as 203.0.113.0/24 or 2001:db8::/32";

/** A network as firewalls take it, or what is wrong with it: a message, what is allowed and the fix. */
export type NetworkReading =
  | { readonly kind: "network"; readonly family: "ipv4" | "ipv6"; readonly text: string }
  | {
      readonly kind: "fault";
      readonly message: string;
      readonly allowed: string;
      readonly fix: string;
    };

/**
 * Reads a network. One address is a network of its own. A network has its first address in it, since some
 * clouds refuse another and some change it, and one spelling, since they give back their own.
 */
export function readNetwork(text: string): NetworkReading {
  const [address = "", length, ...more] = text.split("/");
  const family = isIPv4(address) ? "ipv4" : isIPv6(address) ? "ipv6" : undefined;
  if (family === undefined || address.includes("%") || more.length > 0) {
    return fault("is not a network", "write it as in the examples");
  }
  const bits = family === "ipv4" ? 32 : 128;
  if (length !== undefined && (!/^(0|[1-9]\d{0,2})$/.test(length) || Number(length) > bits)) {
    return fault(
      `has a length that is none of ${family === "ipv4" ? "IPv4" : "IPv6"}`,
      `write one of 0 to ${bits} behind the slash`,
    );
  }
  const long = length === undefined ? bits : Number(length);
  const first = written(firstOf(numberOf(address, family), bits, long), family);
  if (first !== written(numberOf(address, family), family)) {
    return fault("does not begin with its first address", `write ${first}/${long}`);
  }
  return { kind: "network", family, text: `${first}/${long}` };
}

/** Networks in one spelling, each once, sorted; the checks have refused what cannot be read. */
export function spelledOnce(networks: readonly string[]): readonly string[] {
  const read = networks.map((text) => {
    const reading = readNetwork(text);
    if (reading.kind === "fault") throw new Error(`${text} ${reading.message}`);
    return reading.text;
  });
  return [...new Set(read)].sort();
}

function fault(message: string, fix: string): NetworkReading {
  return { kind: "fault", message, allowed, fix };
}

function numberOf(address: string, family: "ipv4" | "ipv6"): bigint {
  if (family === "ipv4") {
    return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  }
  // As a URL has it: lower case, the longest run of zeros left out, no IPv4 tail.
  const short = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = short.split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":"));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after].reduce(
    (sum, group) => sum * 65536n + BigInt(`0x${group}`),
    0n,
  );
}

function firstOf(address: bigint, bits: number, length: number): bigint {
  const rest = BigInt(bits - length);
  return (address >> rest) << rest;
}

function written(address: bigint, family: "ipv4" | "ipv6"): string {
  const [groups, size] = family === "ipv4" ? [4, 8n] : [8, 16n];
  const parts = Array.from(
    { length: groups },
    (_, index) => (address >> (size * BigInt(groups - 1 - index))) & ((1n << size) - 1n),
  );
  if (family === "ipv4") return parts.join(".");
  return new URL(`http://[${parts.map((part) => part.toString(16)).join(":")}]/`).hostname.slice(
    1,
    -1,
  );
}
