import * as path from "node:path";
import type { Reporter, TestModule } from "vitest/node";

import { duration } from "../../packages/local-cloud/ground/progress.js";

/** How long the run may say nothing, in milliseconds. */
const silenceMs = 30_000;
/** How many files the closing list names. */
const slowest = 10;

/**
 * Says during a run which files are at work, where nothing else was said for half a minute (a file of
 * booted hosts takes minutes), and at its end which files took longest.
 */
export default class RunReporter implements Reporter {
  private readonly running = new Map<string, number>();
  private readonly took: { readonly file: string; readonly ms: number }[] = [];
  private spoken = Date.now();
  private tick: NodeJS.Timeout | undefined;

  onTestRunStart(): void {
    this.tick = setInterval(() => this.sayWhatRuns(), 1000);
    this.tick.unref();
  }

  onTestModuleQueued(module: TestModule): void {
    this.running.set(fileOf(module), Date.now());
  }

  onTestModuleEnd(module: TestModule): void {
    const file = fileOf(module);
    const began = this.running.get(file);
    this.running.delete(file);
    this.spoken = Date.now();
    if (began !== undefined) this.took.push({ file, ms: Date.now() - began });
  }

  onTestRunEnd(): void {
    clearInterval(this.tick);
    const worst = this.took.toSorted((a, b) => b.ms - a.ms).slice(0, slowest);
    if (worst.length < 2) return;
    process.stdout.write("\n Files that took longest, from start to end:\n");
    for (const { file, ms } of worst) {
      process.stdout.write(`  ${duration(ms).padStart(7)}  ${file}\n`);
    }
  }

  private sayWhatRuns(): void {
    if (Date.now() - this.spoken < silenceMs || this.running.size === 0) return;
    this.spoken = Date.now();
    const each = [...this.running].map(([file, at]) => `${file} (${duration(Date.now() - at)})`);
    process.stdout.write(` running: ${each.join(", ")}\n`);
  }
}

function fileOf(module: TestModule): string {
  return path.relative(process.cwd(), module.moduleId);
}
