import type { Mutation } from "../mutation";

/** What whoever looks has to see: rules 77 and 83. */
export const transparency: readonly Mutation[] = [
  {
    rule: 83,
    file: "operations/board/reading.ts",
    from: "if (!(minutes <= freshMinutes))",
    to: "if (false)",
    test: "test/operations/board/collectors.test.ts",
    named: "that answers of another time is not believed",
  },
  {
    rule: 83,
    file: "operations/board/board.ts",
    from: "unseen === 0 &&",
    to: "unseen >= 0 &&",
    test: "test/operations/board/command.test.ts",
    named: "exits with 0 where all is good",
  },
  {
    rule: 83,
    file: "operations/fleet/health.ts",
    from: "if (facts.rebootNeeded) found",
    to: "if (!facts.rebootNeeded) found",
    test: "test/operations/report.test.ts",
    named: "needs a person for drift, a reboot",
  },
  {
    rule: 77,
    file: "rehearsal/review/sandbox.ts",
    from: '...["--net", "--ipc",',
    to: '...["--ipc",',
    test: "test/review/sandbox.test.ts",
    named: "lets a hostile program reach nothing",
  },
  {
    rule: 77,
    file: "operations/review/review.ts",
    from: "if (reviews.length === 0 && failures.length === 0) {",
    to: "if (false) {",
    test: "test/review/unreadable.test.ts",
    named: "is never green: nothing to read",
  },
];
