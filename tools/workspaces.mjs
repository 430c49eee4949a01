import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
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

/** What each package left. One without counts did not get to its end: that is a failure. */
function allCounts() {
  return workspaces.map((workspace) =>
    existsSync(counts(workspace))
      ? { workspace, ...JSON.parse(readFileSync(counts(workspace), 'utf8')) }
      : { workspace, passed: 0, failed: 1, skipped: 0, failures: ['did not get to the end'], repeated: [] },
  );
}

/** Test counts of all packages, added up. */
function sumCounts() {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const found of allCounts()) for (const key of Object.keys(sum)) sum[key] += found[key];
  return sum;
}

/** A line for each test that failed, or that passed only when it was run again. */
export function testsToLookAt() {
  return allCounts().flatMap(({ workspace, failures = [], repeated = [] }) => [
    ...failures.map((name) => `failed: ${relative(root, workspace)}: ${name}`),
    ...repeated.map((name) => `passed when run again: ${relative(root, workspace)}: ${name}`),
  ]);
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
