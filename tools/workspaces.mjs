import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './environment.mjs';

/** The folders of all packages and apps. */
export const workspaces = ['packages', 'apps'].flatMap((folder) =>
  readdirSync(join(root, folder))
    .map((name) => join(root, folder, name))
    .filter((path) => existsSync(join(path, 'package.json'))),
);

// tooling/counting-reporter.ts writes them.
const counts = (workspace) => join(workspace, 'coverage', 'tests.json');

/** Before a run, so that a count of an earlier one is not taken for this one's. */
export function forgetCounts() {
  for (const workspace of workspaces) rmSync(counts(workspace), { force: true });
}

/** Test counts of all packages, added up. A package without counts did not get to its end: that is a failure. */
function sumCounts() {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const workspace of workspaces) {
    const found = existsSync(counts(workspace))
      ? JSON.parse(readFileSync(counts(workspace), 'utf8'))
      : { passed: 0, failed: 1, skipped: 0 };
    for (const key of Object.keys(sum)) sum[key] += found[key];
  }
  return sum;
}

/**
 * The status of a run of tests: also a failure when a package did not get to its end, as turbo says 0 when it is told to stop. A run of chosen
 * packages leaves out others on purpose.
 */
export function testStatus(status, flags) {
  const isChosen = flags.some((flag) => /^(?:--filter|-F|--affected)/.test(flag));
  return status === 0 && !isChosen && sumCounts().failed > 0 ? 1 : status;
}

export function countsInWords() {
  const { passed, failed, skipped } = sumCounts();
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
