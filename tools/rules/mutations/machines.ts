import type { Mutation } from "../mutation";

const placement = {
  file: "components/placement/placement.ts",
  test: "test/placement/placement.test.ts",
  named: "agree with the manual for every mix of facts",
};
const lifecycle = {
  test: "test/engine/lifecycle.test.ts",
  named: "one project on each provider, in production",
};
const converged = {
  test: "test/machine/converge.hosts.test.ts",
  named: "a bare machine that is entered and converged",
};
const people = { file: "components/machine/steps/people.sh", ...converged };

/** The manual on providers, nodes and people: rules 1 to 22. */
export const machines: readonly Mutation[] = [
  { rule: 1, ...placement, from: "      server && {", to: "      undefined && {" },
  {
    rule: 2,
    ...placement,
    from: "      if (needs.length === 0) return undefined;",
    to: "      return undefined;",
  },
  { rule: 3, ...placement, from: 'region: "tor1",', to: 'region: "nyc3",' },
  {
    rule: 4,
    ...placement,
    from: 'region: "fr-par-1",\n            reason',
    to: 'region: "nl-ams-1",\n            reason',
  },
  { rule: 5, ...placement, from: 'region: "ca-central-1",', to: 'region: "us-east-1",' },
  {
    rule: 6,
    file: "components/clouds/options.ts",
    from: "ignoreChanges: [...createOnly]",
    to: "ignoreChanges: []",
    ...lifecycle,
  },
  {
    rule: 7,
    file: "components/fleet/node.ts",
    from: 'count("GB of disk (R7).", 50,',
    to: 'count("GB of disk (R7).", 20,',
    test: "test/stack-file/structure.test.ts",
    named: "less disk than the manual allows",
  },
  {
    rule: 7,
    file: "components/present/machines.ts",
    from: "if (diskGb < has) {",
    to: "if (diskGb < 0) {",
    test: "test/present/present.test.ts",
    named: "is not shrunk by",
  },
  {
    rule: 8,
    file: "components/stack-file/checks/sizes.ts",
    from: "const busy = 1000;",
    to: "const busy = 1001;",
    test: "test/stack-file/nodes.test.ts",
    named: "1000 visits a day without a size",
  },
  {
    rule: 8,
    file: "components/stack-file/checks/sizes.ts",
    from: "(total, { visits }) => total + visits, 0)",
    to: "(total, { visits }) => Math.max(total, visits), 0)",
    test: "test/stack-file/nodes.test.ts",
    named: "projects that are busy together on a node without a size",
  },
  {
    rule: 9,
    file: "components/stack-file/checks/node-names.ts",
    from: "name === slug || name.startsWith(`${slug}-`)",
    to: "name.length > 0 || name.startsWith(`${slug}-`)",
    test: "test/stack-file/nodes.test.ts",
    named: "a node named after nothing on it",
  },
  {
    rule: 10,
    file: "components/clouds/index.ts",
    from: "  aws,\n",
    to: "  aws: scaleway,\n",
    ...lifecycle,
  },
  {
    rule: 11,
    file: "components/clouds/options.ts",
    from: "    import: id,\n",
    to: "",
    test: "test/engine/adoption.test.ts",
    named: "a machine made by hand",
  },
  {
    rule: 11,
    file: "components/present/adopted.ts",
    from: "if (known !== undefined && differences(adopt, known).length === 0) return;",
    to: "if (known !== undefined) return;",
    test: "test/engine/adoption.test.ts",
    named: "a machine made by hand",
  },
  {
    rule: 12,
    file: "components/placement/placement.ts",
    from: "  image: undefined,\n} as const",
    to: '  image: "ubuntu-26-04-x64",\n} as const',
    test: "test/placement/placement.test.ts",
    named: "gives no image to machines that exist",
  },
  {
    rule: 13,
    file: "components/clouds/aws/facts.ts",
    from: '  login: "ubuntu",',
    to: '  login: "root",',
    ...lifecycle,
  },
  { rule: 14, ...people, from: "  ensure_group dev\n", to: "  ensure_group developers\n" },
  {
    rule: 15,
    ...people,
    from: 'ensure_account "$member" sudo dev docker',
    to: 'ensure_account "$member" dev docker',
  },
  {
    rule: 16,
    ...people,
    from: 'ensure_file "$home/.ssh/authorized_keys" "$1:$group" 600 "$2"',
    to: 'ensure_file "$home/.ssh/authorized_keys" "$1:$group" 644 "$2"',
  },
  {
    rule: 17,
    file: "components/machine/files/sshd.conf",
    // Under `Match all`: what stands there goes before the lines above it.
    from: "  PasswordAuthentication no",
    to: "  PasswordAuthentication yes",
    ...converged,
  },
  {
    rule: 18,
    file: "components/machine/steps/history.sh",
    from: "ensure_directory $history root:root 711",
    to: "ensure_directory $history root:root 711; chmod 700 $history",
    ...converged,
  },
  {
    rule: 19,
    file: "components/machine/declaration.ts",
    from: "const { dotfiles } = fleet.team;",
    to: "const dotfiles = undefined;",
    test: "test/machine/declaration.test.ts",
    named: "is the team's dotfiles on every machine",
  },
  {
    rule: 19,
    file: "components/fleet/formats.ts",
    from: "export const commitPattern = /^[0-9a-f]{40}$/;",
    to: "export const commitPattern = /^[0-9a-z.]+$/;",
    test: "test/stack-file/dotfiles.test.ts",
    named: "dotfiles",
  },
  {
    rule: 19,
    file: "components/machine/steps/dotfiles.sh",
    from: '  stray=$(strays "$2")\n',
    to: "  stray=\n",
    ...converged,
  },
  {
    rule: 21,
    file: "components/machine/files/history.sh",
    from: "      history -a\n",
    to: "",
    ...converged,
  },
];
