import * as os from "node:os";
import { defineConfig } from "vitest/config";

import TakingTurns from "./tools/test-run/order.mjs";
import { sideBySide } from "./tools/test-run/side-by-side.mjs";

/**
 * Tests that start processes (the engine, the local cloud, hosts), by their room or by their name.
 * All others are pure and take milliseconds, so they run first.
 */
const engine = [
  "test/local/**/*.test.ts",
  "test/engine/**/*.test.ts",
  "test/policies/**/*.test.ts",
  "test/stacks/**/*.test.ts",
  "test/state/**/*.test.ts",
  "test/**/*.engine.test.ts",
  "packages/*/test/providers/**/*.test.ts",
  "packages/*/test/**/*.engine.test.ts",
];
const hosts = [
  "test/hosts/**/*.test.ts",
  "test/**/*.hosts.test.ts",
  "packages/*/test/hosts/**/*.test.ts",
];

/** Where CI wants the figures of a run; the lines for people come all the same. */
const figures = process.env["BERTH_TEST_FIGURES"];

/**
 * Each of these files has a cloud, a directory and a range of addresses of its own, so that engine and
 * hosts run beside each other.
 */
const together = {
  pool: "forks",
  maxWorkers: sideBySide(),
  sequence: { groupOrder: 1 },
} as const;

export default defineConfig({
  test: {
    sequence: { sequencer: TakingTurns },
    reporters: [
      "default",
      "./tools/test-run/reporter.mts",
      ...(figures ? [["json", { outputFile: figures }] as const] : []),
    ],
    projects: [
      {
        test: {
          name: "pure",
          include: ["test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
          exclude: [...engine, ...hosts],
          globalSetup: [
            "test/computer-setup.ts",
            "test/linters-setup.ts",
            "test/archives-setup.ts",
          ],
          testTimeout: 20_000,
          // Vitest would leave a core of two idle.
          maxWorkers: os.availableParallelism(),
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "engine",
          include: engine,
          globalSetup: ["test/computer-setup.ts", "test/engine-setup.ts", "test/archives-setup.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          ...together,
        },
      },
      {
        test: {
          name: "hosts",
          include: hosts,
          globalSetup: ["test/computer-setup.ts", "test/engine-setup.ts", "test/archives-setup.ts"],
          // sshd turns an address away for seconds after failed logins, which these tests make on purpose.
          retry: 1,
          testTimeout: 600_000,
          hookTimeout: 600_000,
          ...together,
        },
      },
    ],
  },
});
