import { run } from './environment.mjs';
import { countsInWords, forgetCounts } from './workspaces.mjs';

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
  docs: ['check:docs'],
};

/** Runs them all, whatever fails, counts what turbo remembers, and ends with one line. */
export function check(flags) {
  const started = performance.now();
  forgetCounts();
  const tasks = Object.values(checks).flat();
  const status = run('turbo', [
    'run',
    ...tasks,
    '--continue',
    '--output-logs=errors-only',
    '--log-order=grouped',
    ...flags,
  ]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const verdict = status === 0 ? 'check passed' : 'check FAILED (see above)';
  console.log(`${verdict}: ${Object.keys(checks).join(', ')}; tests ${countsInWords()}; ${seconds} s`);
  return status;
}
