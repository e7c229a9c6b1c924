import { describe, expect, it } from "vitest";
import {
  changed,
  expectProblem,
  hostStack,
  parse,
  prod,
  projects,
  put,
  type BadInput,
} from "./fixture";

/** The valid stack with a project under another slug. */
function renamed(from: string, to: string, facts: Record<string, unknown> = {}) {
  const input = prod();
  const { [from]: moved, ...others } = projects();
  input.config["projects"] = {
    ...others,
    [to]: { ...(moved as Record<string, unknown>), formerly: from, ...facts },
  };
  return input;
}

const former = (stack: ReturnType<typeof prod>, name: string) =>
  parse(stack).nodes.find((node) => node.name === name)?.formerly;

const table: readonly BadInput[] = [
  [
    "a project that is declared still",
    [[["projects", "portal", "formerly"], "clinic"]],
    {
      path: "berth:projects.portal.formerly",
      message: "is a project that is declared still",
      received: '"clinic"',
      allowed: "the name this project had until now",
      fix: "remove the line, or rename clinic in an update of its own before",
    },
  ],
  [
    "the project itself",
    [[["projects", "portal", "formerly"], "portal"]],
    {
      path: "berth:projects.portal.formerly",
      message: "is the name this project has now",
      received: '"portal"',
      fix: "remove the line",
    },
  ],
  [
    "the former name of another project",
    [
      [["projects", "clinic", "formerly"], "gate"],
      [["projects", "portal", "formerly"], "gate"],
    ],
    {
      path: "berth:projects.portal.formerly",
      message: "is the former name of clinic too",
      received: '"gate"',
      fix: "keep the line of the one that was renamed and remove the other",
    },
  ],
  [
    "what cannot be a slug",
    [[["projects", "portal", "formerly"], "Portal_1"]],
    {
      path: "berth:projects.portal.formerly",
      message: "is not a former name",
      received: '"Portal_1"',
      allowed: "lower-case words joined by hyphens",
      fix: "write the name as it stood before",
    },
  ],
  [
    "a node that is declared still",
    [[["nodes", "kmc", "formerly"], "portal"]],
    {
      path: "berth:nodes.kmc.formerly",
      message: "is a node that is declared still",
      received: '"portal"',
      allowed: "the name this node had until now",
      fix: "remove the line",
    },
  ],
  [
    "the node itself",
    [[["nodes", "kmc", "formerly"], "kmc"]],
    {
      path: "berth:nodes.kmc.formerly",
      message: "is the name this node has now",
      received: '"kmc"',
      fix: "remove the line",
    },
  ],
  [
    "the former name of a node that follows its project",
    [
      [["projects", "portal", "formerly"], "gate"],
      [["nodes", "kmc", "formerly"], "gate"],
    ],
    {
      path: "berth:nodes.kmc.formerly",
      message: "is the former name of portal too",
      received: '"gate"',
      fix: "keep the line of the one that was renamed and remove the other",
    },
  ],
  [
    "the former name of another node",
    [
      [["nodes", "kmc", "formerly"], "gate"],
      [["nodes", "legacy", "formerly"], "gate"],
    ],
    {
      path: "berth:nodes.legacy.formerly",
      message: "is the former name of kmc too",
      received: '"gate"',
      fix: "keep the line of the one that was renamed and remove the other",
    },
  ],
];

describe("formerly", () => {
  it.each(table)("is refused when it names %s", (_title, change, expected) => {
    expectProblem(changed(prod(), change), expected);
  });

  it("is followed by the node that is named after the project", () => {
    expect(former(renamed("portal", "gate"), "gate")).toBe("portal");
    expect(former(renamed("shop", "store", { node: "store-acme" }), "store-acme")).toBe(
      "shop-acme",
    );
  });

  it("is not followed by a node that is named after another project", () => {
    const input = renamed("intranet", "kmc-staff");
    expect(former(input, "kmc")).toBeUndefined();
    expect(parse(input).projects.find(({ slug }) => slug === "kmc-staff")?.formerly).toBe(
      "intranet",
    );
  });

  it("is followed by the node of the longest slug that it begins with", () => {
    const input = renamed("shop", "store", { node: "store-acme" });
    put(input.config, ["projects", "store-acme"], {
      domain: "acme.example.org",
      access: ["everyone"],
      node: "store-acme",
      backup: {},
    });
    expect(former(input, "store-acme")).toBeUndefined();
  });

  it("is not followed by a node whose former name another machine bears still", () => {
    const input = renamed("shop", "store", { node: "store-acme" });
    expect(former(input, "store-acme")).toBe("shop-acme");
    put(input.config, ["projects", "shop-acme"], {
      domain: "acme.example.org",
      access: ["everyone"],
      backup: {},
    });
    expect(former(input, "store-acme")).toBeUndefined();
  });

  it("of a node goes before what would follow from its project", () => {
    const input = renamed("portal", "gate");
    put(input.config, ["nodes", "gate"], { formerly: "portal-acme" });
    expect(former(input, "gate")).toBe("portal-acme");
  });

  it("reaches the machines of a host stack, whose file names the project anew", () => {
    const input = hostStack();
    input.stackFiles["prod"] = renamed("cryptsend", "sendcrypt").config;
    expectProblem(input, {
      path: "berth:projects.cryptsend",
      message: "is not a project of Pulumi.prod.yaml",
      received: '"cryptsend"',
      fix: "write sendcrypt, as Pulumi.prod.yaml calls it now",
    });
    input.config["projects"] = { sendcrypt: {} };
    const [node] = parse(input).nodes;
    expect(node).toMatchObject({ name: "sendcrypt", formerly: "cryptsend" });
  });
});
