import type { Mutation } from "../mutation";

/** The manual on projects' jobs on Jenkins: of rules 46 to 50, 58 and 80. */
export const jobs: readonly Mutation[] = [
  {
    rule: 46,
    file: "operations/jobs/scripts/test.sh",
    from: "|| file=dc.dev.yml",
    to: "|| file=dc.stage.yml",
    test: "test/jobs/scripts.test.ts",
    named: "are by dc.dev.yml where there is no other",
  },
  {
    rule: 46,
    file: "operations/jobs/plan.ts",
    from: "for (const place of [stage, prod]) {",
    to: "for (const place of [stage]) {",
    test: "test/jobs/plan.test.ts",
    named: "are three a project",
  },
  {
    rule: 47,
    file: "operations/jobs/judge.ts",
    from: "if (wanted.digest !== mark.digest) {",
    to: "if (wanted.disabled && wanted.digest !== mark.digest) {",
    test: "test/jobs/files.test.ts",
    named: "are as the stack files had them before, where those changed",
  },
  {
    rule: 49,
    file: "operations/jobs/scripts/tested.sh",
    from: "= SUCCESS ]",
    to: "!= FAILURE ]",
    test: "test/jobs/scripts.test.ts",
    named: "asks no machine for anything where the tests did not pass",
  },
  {
    rule: 49,
    file: "components/machine/files/site/tested.py",
    from: "if not site.tested or passed(site, commit):",
    to: "if True:",
    test: "test/jobs/jobs.hosts.test.ts",
    named: "deliver nothing to production whose tests failed",
  },
  {
    rule: 50,
    file: "operations/notify/result.ts",
    from: 'before?.outcome !== "failure"',
    to: "true",
    test: "test/notify/notify.test.ts",
    named: "tells the first failure and the recovery",
  },
  {
    rule: 58,
    file: "operations/jobs/scripts/release.sh",
    from: "git push -q origin",
    to: "git push -q --force origin",
    test: "test/jobs/scripts.test.ts",
    named: "never pushes over what others pushed meanwhile",
  },
  {
    rule: 80,
    file: "operations/jobs/render.ts",
    from: '"inheritance-strategy": "none"',
    to: '"inheritance-strategy": "global"',
    test: "test/jobs/rendered.test.ts",
    named: "are seen and started by their own people alone (R80)",
  },
];
