import { describe, expect, it } from "vitest";
import {
  blob,
  changed,
  expectProblem,
  problemsOf,
  prod,
  publicKey,
  rsaKey,
  type BadInput,
} from "./fixture";

const clarksKey = ["team", "members", "clark", "keys", 0] as const;
const atClarksKey = "berth:team.members.clark.keys[0]";
const account = "lower-case letters, digits, - and _, at most 32, first a letter";

const table: readonly BadInput[] = [
  [
    "a member without a key",
    [[["team", "members", "clark", "keys"], []]],
    {
      path: "berth:team.members.clark.keys",
      message: "a member without a key cannot log in",
      fix: "add the line of the member's .pub file",
    },
  ],
  [
    "a damaged key",
    [[clarksKey, publicKey(1).slice(0, 40)]],
    { path: atClarksKey, message: "is damaged or cut off", fix: "paste the whole line" },
  ],
  [
    "a key of a type other than it says",
    [[clarksKey, publicKey(1).replace("ssh-ed25519", "ecdsa-sha2-nistp256")]],
    { path: atClarksKey, message: "says one type and contains another", fix: "paste the whole" },
  ],
  [
    "a key without its data",
    [[clarksKey, "ssh-ed25519"]],
    { path: atClarksKey, message: "has no readable key", fix: "paste the whole line" },
  ],
  [
    "a key with options in front",
    [[clarksKey, `no-pty ${publicKey(1)}`]],
    { path: atClarksKey, message: "is not an OpenSSH public key", fix: "options before the type" },
  ],
  [
    "a DSA key",
    [[clarksKey, `ssh-dss ${blob([Buffer.from("ssh-dss")])}`]],
    { path: atClarksKey, message: "is a DSA key", fix: "ssh-keygen -t ed25519" },
  ],
  [
    "a short RSA key",
    [[clarksKey, rsaKey(2048)]],
    {
      path: atClarksKey,
      message: "is an RSA key of 2048 bits; at least 3072",
      fix: "ssh-keygen -t ed25519",
    },
  ],
  [
    "two lines in one key",
    [[clarksKey, `${publicKey(1)}\n${publicKey(9)}`]],
    { path: atClarksKey, message: "has more than one line", fix: "one key a line" },
  ],
  [
    "an empty key",
    [[clarksKey, ""]],
    { path: atClarksKey, message: "is empty", fix: "ssh-keygen -t ed25519" },
  ],
  [
    "one key of two people",
    [[["team", "members", "dana", "keys"], [publicKey(1, "other comment")]]],
    {
      path: "berth:team.members.dana.keys[0]",
      message: "is the same key as that of the member clark",
      fix: "a key of their own",
    },
  ],
  [
    "one key of a person and a deployer",
    [[["team", "deployers", "jenkins"], publicKey(2)]],
    {
      path: "berth:team.deployers.jenkins",
      message: "is the same key as that of the member dana at berth:team.members.dana.keys[0]",
      fix: "a key of their own",
    },
  ],
  ...["root", "ubuntu", "daemon", "sudo", "docker", "dev", "berth", "systemd-network"].map(
    (name): BadInput => [
      `a member called ${name}`,
      [[["team", "members", name], { keys: [publicKey(9)] }]],
      {
        path: `berth:team.members.${name}`,
        message: "is an account that the system uses itself",
        received: JSON.stringify(name),
        allowed: account,
        fix: "choose another name",
      },
    ],
  ),
  ...["Clark", "1st", "a.b", "x".repeat(33), "j doe"].map((name): BadInput => [
    `a member called ${name}`,
    [[["team", "members", name], { keys: [publicKey(9)] }]],
    {
      path: /^[\w-]+$/.test(name)
        ? `berth:team.members.${name}`
        : `berth:team.members[${JSON.stringify(name)}]`,
      message: "is not an account name",
      received: JSON.stringify(name),
      allowed: account,
      fix: "choose another name",
    },
  ]),
  [
    "a group with a stranger",
    [
      [
        ["team", "groups", "leads"],
        ["dana", "clarke"],
      ],
    ],
    {
      path: "berth:team.groups.leads[1]",
      message: "is not a member of the team",
      received: '"clarke"',
      allowed: "clark, dana",
      fix: "did you mean clark?",
    },
  ],
  [
    "a group called like a member",
    [[["team", "groups", "clark"], ["dana"]]],
    { path: "berth:team.groups.clark", message: "has the name of a member", fix: "rename" },
  ],
  [
    "no deployer",
    [[["team", "deployers"], {}]],
    {
      path: "berth:team.deployers",
      message: "nobody could enter a new machine",
      fix: "add the public key",
    },
  ],
  [
    "access for a stranger",
    [
      [
        ["projects", "kmc", "access"],
        ["clark", "everybody"],
      ],
    ],
    {
      path: "berth:projects.kmc.access[1]",
      message: "is neither a group nor a member of the team",
      received: '"everybody"',
      allowed: "everyone, leads, clark, dana",
      fix: "did you mean everyone?",
    },
  ],
  [
    "access for nobody",
    [[["projects", "kmc", "access"], []]],
    {
      path: "berth:projects.kmc.access",
      message: "lets nobody log in",
      fix: "at least one member",
    },
  ],
  [
    "access for an empty group",
    [
      [["team", "groups", "interns"], []],
      [["projects", "kmc", "access"], ["interns"]],
    ],
    {
      path: "berth:projects.kmc.access",
      message: "lets nobody log in",
      fix: "at least one member",
    },
  ],
];

describe("people", () => {
  it.each(table)("refuses %s", (_title, changes, expected) => {
    expectProblem(changed(prod(), changes), expected);
  });

  it.each([
    ["Ed25519", publicKey(20)],
    ["RSA of 3072 bits", rsaKey(3072)],
    [
      "ECDSA",
      `ecdsa-sha2-nistp256 ${blob([
        Buffer.from("ecdsa-sha2-nistp256"),
        Buffer.from("nistp256"),
        Buffer.concat([Buffer.from([4]), Buffer.alloc(64, 7)]),
      ])} laptop`,
    ],
    [
      "a hardware key",
      `sk-ssh-ed25519@openssh.com ${blob([
        Buffer.from("sk-ssh-ed25519@openssh.com"),
        Buffer.alloc(32, 7),
        Buffer.from("ssh:"),
      ])}`,
    ],
  ])("take %s", (_title, key) => {
    expect(problemsOf(changed(prod(), [[clarksKey, key]]))).toEqual([]);
  });
});

describe("secrets pasted by mistake", () => {
  const body = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQ";
  const privateKey = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
  const token = "dop_v1_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  const places: readonly (readonly (string | number)[])[] = [
    clarksKey,
    ["team", "deployers", "jenkins"],
    ["team", "members", privateKey],
    ["team", "groups", "leads", 0],
    ["team", "dotfiles", "repository"],
    ["team", "dotfiles", "commit"],
    ["nodes", "clinic", "accounts", 0],
    ["nodes", "clinic", "server", "hostKey"],
    ["nodes", "clinic", "server", "address"],
    ["nodes", "legacy", "adopt", "id"],
    ["nodes", "kmc", "size"],
    ["agency", "name"],
    ["agency", "awsAccount"],
    ["agency", "zones", "example.org"],
    ["projects", "kmc", "domain"],
    ["projects", "kmc", "repository"],
    ["projects", "kmc", "access", 0],
    ["projects", "kmc", "node"],
    ["projects", "kmc", "servedBy"],
    ["projects", "kmc", "apiToken"],
    ["projects", privateKey],
    [privateKey],
  ];

  it.each(places)("a private key at %s %s %s %s is refused and not repeated", (...path) => {
    const text = JSON.stringify(problemsOf(changed(prod(), [[path, privateKey]])));
    expect(text).toContain('"path"');
    expect(text).not.toContain(body.slice(0, 20));
  });

  it.each(places)("a token at %s %s %s %s is refused and not repeated", (...path) => {
    const text = JSON.stringify(problemsOf(changed(prod(), [[path, token]])));
    expect(text).toContain('"path"');
    expect(text).not.toContain("0123456789abcdef");
  });

  it("a password in a repository's address is refused and not repeated", () => {
    const repository = "https://clark:hunter2@github.com/countable-web/kmc.git";
    const problems = problemsOf(changed(prod(), [[["projects", "kmc", "repository"], repository]]));
    expect(problems.map(({ path }) => path)).toEqual(["berth:projects.kmc.repository"]);
    expect(JSON.stringify(problems)).not.toContain("hunter2");
  });

  it("a private key among the public ones is called what it is", () => {
    const [problem] = problemsOf(changed(prod(), [[clarksKey, privateKey]]));
    expect(problem?.message).toBe("is a private key");
    expect(problem?.fix).toContain("treat it as stolen");
  });
});
