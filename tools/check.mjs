import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './environment.mjs';
import { countsInWords, forgetCounts, testStatus, testsToLookAt } from './workspaces.mjs';

/** Everything that can be wrong, and the turbo tasks that find it. */
const checks = {
  format: ['check:format'],
  lint: ['check:lint'],
  types: ['typecheck', 'check:tooling'],
  layers: ['check:layers'],
  'dead code': ['check:dead-code'],
  build: ['build'],
  tests: ['test'],
  packages: ['check:package'],
  docs: ['check:docs', 'build:docs'],
};

/** turbo's account of its last run; of no use once it has been read. */
const summaries = join(root, '.turbo', 'runs');

/** The checks that have a task which did not succeed. */
function failedChecks() {
  const [file] = readdirSync(summaries);
  const { tasks } = JSON.parse(readFileSync(join(summaries, file), 'utf8'));
  const failed = new Set(tasks.filter(({ execution }) => execution?.exitCode !== 0).map(({ task }) => bareName(task)));
  return Object.keys(checks).filter((name) => checks[name].some((task) => failed.has(task)));
}

/** A task of the root is called `//#name` or, in some versions, `name`. */
function bareName(task) {
  return task.replace(/^.*#/, '');
}

/** Runs them all, whatever fails, counts what turbo remembers, and ends with one line. */
export function check(flags) {
  const started = performance.now();
  forgetCounts();
  rmSync(summaries, { recursive: true, force: true });
  const shown = ['--continue', '--output-logs=errors-only', '--log-order=grouped', '--summarize'];
  const status = testStatus(run('turbo', ['run', ...Object.values(checks).flat(), ...shown, ...flags]), flags);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const verdict =
    status === 0
      ? `passed: ${Object.keys(checks).join(', ')}`
      : `FAILED: ${failedChecks().join(', ') || 'tests did not get to their end'}`;
  for (const line of testsToLookAt()) console.log(line);
  console.log(`check ${verdict}; tests: ${countsInWords()}; ${seconds} s`);
  return status;
}
