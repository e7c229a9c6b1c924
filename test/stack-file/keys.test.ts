import { describe, expect, it } from "vitest";

import {
  blob,
  changed,
  expectProblem,
  parse,
  prod,
  publicKey,
  put,
  type BadInput,
} from "./fixture";

const clarksKey = ["team", "members", "clark", "keys", 0] as const;
const atClarksKey = "berth:team.members.clark.keys[0]";

const keyOf = (type: string, ...fields: Buffer[]) =>
  `${type} ${blob([Buffer.from(type), ...fields])}`;

/** What sshd would pass over is refused. */
const table: readonly BadInput[] = [
  [
    "a key with a character of no width between type and key",
    [[clarksKey, publicKey(1).replace(" ", "\u200b")]],
    { path: atClarksKey, message: "is not an OpenSSH public key", fix: "paste the line" },
  ],
  [
    "a key of more than its fields",
    [[clarksKey, keyOf("ssh-ed25519", Buffer.alloc(32, 1), Buffer.from("x"))]],
    { path: atClarksKey, message: "is damaged or cut off", fix: "paste the whole line" },
  ],
  [
    "a key on another curve than its type says",
    [[clarksKey, keyOf("ecdsa-sha2-nistp256", Buffer.from("nistp384"), Buffer.alloc(97, 4))]],
    { path: atClarksKey, message: "is damaged or cut off", fix: "paste the whole line" },
  ],
  [
    "a point that is cut off",
    [[clarksKey, keyOf("ecdsa-sha2-nistp256", Buffer.from("nistp256"), Buffer.alloc(64, 4))]],
    { path: atClarksKey, message: "is damaged or cut off", fix: "paste the whole line" },
  ],
  [
    "a comment beyond what sshd reads",
    [[clarksKey, publicKey(1, "x".repeat(70_000))]],
    { path: atClarksKey, message: "is longer than the 8192 bytes", fix: "shorten its comment" },
  ],
];

it.each(table)("refuses %s", (_title, changes, expected) => {
  expectProblem(changed(prod(), changes), expected);
});

describe("a key is written on machines as it was checked", () => {
  const plain = publicKey(1, "clark at home");
  const [type, key] = plain.split(" ") as [string, string];

  it.each([
    ["a no-break space after the type", plain.replace(" ", "\u00a0")],
    ["a byte order mark in front", `\ufeff${plain}`],
    ["a form feed and a tab", ` ${type}\f\t${key} clark  at\thome`],
    ["a block scalar's newline", `${plain}\n`],
    ["line breaks of Windows", `\r\n${plain}\r\n`],
    ["characters of no width", `\u200b${type} ${key}\u2060 cl\u00adark at home\u200d`],
    ["control characters in its comment", `${type} ${key} cl\u001bark at home`],
    ["a line separator at its end", `${plain}\u2028`],
  ])("with %s", (_, text) => {
    const input = prod();
    const declared = input.config["team"] as Record<string, Record<string, unknown>>;
    declared["members"]!["clark"] = { keys: [text] };
    expect(parse(input).team.members["clark"]?.keys).toEqual([plain]);
  });

  it("for deployers and host keys alike", () => {
    const input = prod();
    put(input.config, ["team", "deployers", "jenkins"], `${publicKey(4)}\r\n`);
    put(
      input.config,
      ["nodes", "clinic", "server", "hostKey"],
      publicKey(10).replace(" ", "\u00a0"),
    );
    const fleet = parse(input);
    expect(fleet.team.deployers["jenkins"]).toBe(publicKey(4));
    const clinic = fleet.nodes.find(({ name }) => name === "clinic");
    expect(clinic?.server?.hostKey).toBe(publicKey(10));
  });
});
