import { mkdirSync, writeFileSync } from 'node:fs';
import type { Reporter, TestModule, Vitest } from 'vitest/node';

/**
 * Leaves the counts of a run in `coverage/tests.json` of the package, and the names of tests that failed, or passed only when run again. turbo keeps the file with the cached result,
 * and tools/run.mjs adds the files of all packages up for its closing line.
 */
export default class CountingReporter implements Reporter {
  #directory = 'coverage';

  onInit(vitest: Vitest): void {
    this.#directory = `${vitest.config.root}/coverage`;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0 };
    const failures: string[] = [];
    const repeated: string[] = [];
    // vitest counts a run without tests as a failed one.
    if (modules.length === 0) counts.failed++;
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') counts.passed++;
        else if (state === 'failed') counts.failed++;
        else counts.skipped++;
        if (state === 'failed') failures.push(`${module.relativeModuleId} > ${test.fullName}`);
        if (test.diagnostic()?.flaky === true) repeated.push(`${module.relativeModuleId} > ${test.fullName}`);
      }
      // A file that could not be loaded has no tests to count.
      if (module.state() === 'failed' && module.errors().length > 0) {
        counts.failed++;
        failures.push(module.relativeModuleId);
      }
    }
    mkdirSync(this.#directory, { recursive: true });
    writeFileSync(`${this.#directory}/tests.json`, `${JSON.stringify({ ...counts, failures, repeated })}\n`);
  }
}
