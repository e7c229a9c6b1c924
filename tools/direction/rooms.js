/**
 * The rooms of the house and the way imports go between them. A room is a folder (or a file that stands
 * for itself), told by a pattern of its paths; the first pattern that fits is a file's room.
 *
 * @typedef {object} Room
 * @property {string} name
 * @property {string | string[]} path Regular expressions of the paths of its files.
 * @property {readonly string[]} knows What it may import besides itself: names of rooms.
 */

/**
 * Rooms in a row: each may import those before it, and what all of the row may.
 *
 * @param {readonly (readonly [name: string, path: Room["path"]])[]} row
 * @param {readonly string[]} all
 * @returns {Room[]}
 */
function inOrder(row, all = []) {
  return row.map(([name, path], index) => ({
    name,
    path,
    knows: [...row.slice(0, index).map(([earlier]) => earlier), ...all],
  }));
}

/** Facts of clouds, without an SDK: read before a node has a place. */
const cloudFacts = [
  "^components/clouds/[^/]+/(facts|sizes|openings)\\.ts$",
  "^components/clouds/(facts|describe|size|cost)\\.ts$",
];

const components = inOrder([
  ["components/fleet", "^components/fleet/"],
  ["components/refusal", "^components/refusal\\.ts$"],
  ["components/startup", "^components/startup\\.ts$"],
  ["components/clock", "^components/clock\\.ts$"],
  ["components/clouds (facts)", cloudFacts],
  ["components/placement", "^components/placement/"],
  ["components/stack-file", "^components/stack-file/"],
  ["components/declared", "^components/declared\\.ts$"],
  ["components/rehearsal-keys", "^components/rehearsal-keys\\.ts$"],
  ["components/machine", "^components/machine/"],
  ["components/clouds", "^components/clouds/"],
  ["components/accounts", "^components/accounts\\.ts$"],
  ["components/outputs", "^components/outputs/"],
  ["components/edge", "^components/edge/"],
  ["components/site", "^components/site/"],
  ["components/backups", "^components/backups/"],
  ["components/leaving", "^components/leaving/"],
  ["components/present", "^components/present/"],
  ["components/node", "^components/node/"],
  ["components/integrations", "^components/integrations/"],
  // What others install too: the one door to what stands before it.
  ["components (public face)", "^components/index\\.ts$"],
  ["components/deployment", "^components/deployment/"],
]);
const allComponents = components.map(({ name }) => name);

const operations = inOrder(
  [
    ["operations/ground", "^operations/ground/"],
    ["operations/fleet", "^operations/fleet/"],
    ["operations/maintain", "^operations/maintain/"],
    ["operations/site", "^operations/site/"],
    ["operations/jobs", "^operations/jobs/"],
    ["operations/agents", "^operations/agents/"],
    ["operations/notify", "^operations/notify/"],
    ["operations/backups", "^operations/backups/"],
    ["operations/sentry", "^operations/sentry/"],
    ["operations/integrate", "^operations/integrate/"],
    ["operations/migrate", "^operations/migrate/"],
    ["operations/adopt", "^operations/adopt/"],
    ["operations/retire", "^operations/retire/"],
    ["operations/fold", "^operations/fold/"],
    ["operations/people", "^operations/people/"],
    ["operations/review", "^operations/review/"],
    ["operations/board", "^operations/board/"],
    ["operations/release", "^operations/release/"],
    ["operations/smoke", "^operations/smoke/"],
    ["operations/new", "^operations/new/"],
    ["operations/berth", "^operations/[^/]+$"],
  ],
  ["engine", ...allComponents],
);

const policies = inOrder(
  [
    ["policies/judge", "^policies/judge/"],
    ["policies/rules", "^policies/rules/"],
    ["policies", "^policies/[^/]+$"],
    ["policies/serve", "^policies/serve/"],
  ],
  ["engine"],
);

/** @type {readonly Room[]} */
const rooms = [
  { name: "engine", path: "^engine/", knows: [] },
  ...components,
  { name: "index.ts", path: "^index\\.ts$", knows: allComponents },
  ...policies,
  ...operations,
  { name: "packages/local-cloud", path: "^packages/local-cloud/", knows: [] },
  { name: "tools/setup", path: "^tools/setup/", knows: ["packages/local-cloud"] },
  { name: "bin", path: "^bin/", knows: ["tools/setup"] },
  {
    name: "rehearsal",
    path: "^rehearsal/",
    // The project that its repositories begin with, and no other command.
    knows: ["engine", ...allComponents, "packages/local-cloud", "operations/new"],
  },
  {
    name: "tools",
    path: "^tools/",
    knows: [
      ...["engine", ...allComponents, "packages/local-cloud", "rehearsal", "tools/setup"],
      // What is measured is what people run.
      ...[...policies, ...operations].map(({ name }) => name),
    ],
  },
];

/** Everything of ours: what is in none of the rooms, as test/, nobody may import but itself. */
const ours =
  "^(bin|components|engine|index\\.ts$|operations|packages|policies|rehearsal|test|tools)";

/** Where tests stand. */
const tests = ["^test/", "^packages/[^/]+/test/"];

const severity = /** @type {const} */ ("error");

/** What the vocabulary may import of others: zod, and what Node has for the spelling of names. */
const vocabulary = "^(node_modules/zod/|(node:)?url$)";

/**
 * The name of the room that a file is in; undefined for tests and what is no part of the program.
 *
 * @param {string} file
 * @returns {string | undefined}
 */
function roomOf(file) {
  return rooms.find(({ path }) => [path].flat().some((each) => new RegExp(each).test(file)))?.name;
}

/**
 * The rules, in the form of dependency-cruiser.
 *
 * @returns {import("dependency-cruiser", { with: { "resolution-mode": "import" } }).IForbiddenRuleType[]}
 */
function rules() {
  const pathOf = (/** @type {string} */ name) => {
    const room = rooms.find((each) => each.name === name);
    if (room === undefined) throw new Error(`no room is called ${name}`);
    return room.path;
  };
  // What stands before it in the list and fits a narrower pattern is no part of a room.
  const narrower = (/** @type {number} */ index) =>
    rooms.slice(0, index).flatMap(({ path }) => path);
  return [
    ...rooms.map(({ name, path, knows }, index) => ({
      name: `direction: ${name}`,
      severity,
      comment: `${name} may import ${knows.length === 0 ? "nothing of ours" : knows.join(", ")}`,
      from: { path, pathNot: narrower(index) },
      to: { path: ours, pathNot: [path, ...knows.map(pathOf)].flat() },
    })),
    {
      name: "direction: components/fleet imports zod alone",
      severity,
      from: { path: pathOf("components/fleet") },
      to: { pathNot: [vocabulary, ours] },
    },
    {
      name: "direction: tests are imported by tests alone",
      severity,
      from: { pathNot: tests },
      to: { path: tests },
    },
    { name: "no ring of files", severity, from: {}, to: { circular: true } },
  ];
}

module.exports = { rooms, roomOf, rules };
