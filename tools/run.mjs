#!/usr/bin/env node
// The one way in for a machine that has only an older Node (18 or later) and npm.
// npm brings pnpm, pnpm brings Node 24 and every dependency, and then one task runs with them:
//
//   node tools/run.mjs demo | test | check | build | docs | format | lint
//   node tools/run.mjs holdfast ARGUMENTS     the CLI of this checkout, built when it is stale
//   node tools/run.mjs with COMMAND ...       any command, with the checkout's programs first on PATH
//   node tools/run.mjs counts                 the test counts of the last run
import { check } from './check.mjs';
import { runCli } from './cli.mjs';
import { become, must, root, run } from './environment.mjs';
import { install, installPnpm, isInstalled } from './install.mjs';
import { countsInWords, forgetCounts, testStatus, testsToLookAt } from './workspaces.mjs';

/** The counts are the last line. */
function showCounts() {
  for (const line of testsToLookAt()) console.log(line);
  console.log(countsInWords());
}

function runTests(flags) {
  forgetCounts();
  // CI never counts a remembered result.
  const force = process.env.CI ? ['--force'] : [];
  // Each package's tests take all processors: many at once only wait for each other, and tests of servers and kills then run into their limits.
  const few = ['--concurrency=3'];
  const shown = ['--continue', '--output-logs=new-only', '--log-order=grouped', '--log-prefix=none'];
  const status = run('turbo', ['run', 'build', 'test', ...shown, ...force, ...few, ...flags]);
  showCounts();
  return testStatus(status, flags);
}

/** Runs whatever is asked for, without an install when there has been one: it must work on a half-edited manifest. */
function runWithTools([command = 'node', ...args]) {
  if (isInstalled() || command === 'pnpm') installPnpm({ quiet: true });
  else install({ quiet: true });
  become(command, args, root);
}

const tasks = {
  demo: (flags) => run('turbo', ['run', 'demo', '--output-logs=new-only', '--log-prefix=none', ...flags]),
  test: runTests,
  check,
  build: (flags) => run('turbo', ['run', 'build', ...flags]),
  docs: (flags) => run('turbo', ['run', 'build:docs', ...flags]),
  lint: (flags) => run('oxlint', ['--type-aware', '--deny-warnings', ...flags]),
  format(flags) {
    must('oxlint', ['--type-aware', '--fix', ...flags]);
    return run('oxfmt', flags);
  },
};

const [task = 'demo', ...rest] = process.argv.slice(2);

if (task === 'holdfast') {
  runCli(rest);
} else if (task === 'with') {
  runWithTools(rest);
} else if (task === 'counts') {
  showCounts();
} else if (Object.hasOwn(tasks, task)) {
  install();
  process.exitCode = tasks[task](rest);
} else {
  console.error(`Expected one of ${Object.keys(tasks).join(', ')}, holdfast, with, counts; got "${task}".`);
  process.exitCode = 2;
}
