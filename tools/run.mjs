#!/usr/bin/env node
// The one way in for a machine that has only an older Node (18 or later) and npm.
// npm brings pnpm, pnpm brings Node 24 and every dependency, and then one task runs with them:
//
//   node tools/run.mjs demo | test | check | build | docs | format | lint
//   node tools/run.mjs holdfast ARGUMENTS     the CLI of this checkout, built when it is stale
//   node tools/run.mjs with COMMAND ...       any command, with the checkout's tools first on PATH
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bootstrap = join(root, 'tools', 'bootstrap');
const windows = process.platform === 'win32';

const env = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
};
// On Windows the variable may be spelled `Path`; two spellings in one environment are undefined behaviour.
const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
env[pathName] = [join(root, 'node_modules', '.bin'), join(bootstrap, 'node_modules', '.bin'), env[pathName] ?? '']
  .filter((part) => part !== '')
  .join(delimiter);

/** Runs a command to its end and returns its exit status. */
function run(command, args, options = {}) {
  const { quiet = false, ...rest } = options;
  const started = performance.now();
  // What is quiet keeps stdout clean for the command that the user asked for.
  const stdio = quiet ? ['ignore', 2, 2] : 'inherit';
  const result = spawnSync(command, args, { cwd: root, env, stdio, shell: windows, ...rest });
  if (result.error) throw result.error;
  if (!quiet) console.error(`[${((performance.now() - started) / 1000).toFixed(1)} s] ${command} ${args.join(' ')}`);
  return result.status ?? 1;
}

function must(...call) {
  const status = run(...call);
  if (status !== 0) process.exit(status);
}

/** pnpm through npm, once per version of its lockfile. */
function installPnpm(quiet) {
  const lock = readFileSync(join(bootstrap, 'package-lock.json'));
  const want = createHash('sha256').update(`${process.platform} ${process.arch} `).update(lock).digest('hex');
  const stamp = join(bootstrap, 'node_modules', '.stamp');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return;
  must('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: bootstrap, quiet });
  writeFileSync(stamp, want);
}

function install({ quiet = false } = {}) {
  installPnpm(quiet);
  // The lockfile names optional programs only for the systems whose packages were at hand when it was made.
  const frozen = process.platform === 'linux' ? '--frozen-lockfile' : '--no-frozen-lockfile';
  must('pnpm', ['install', frozen, '--prefer-offline', '--reporter=append-only', '--loglevel=warn'], { quiet });
}

function turbo(tasks, flags = []) {
  return run('turbo', ['run', ...tasks, '--log-prefix=none', ...flags]);
}

const workspaces = ['packages', 'apps'].flatMap((folder) =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, folder, entry.name, 'package.json')))
    .map((entry) => join(root, folder, entry.name)),
);

const countsOf = (workspace) => join(workspace, 'coverage', 'tests.json');

function forgetCounts() {
  for (const workspace of workspaces) rmSync(countsOf(workspace), { force: true });
}

/** The sum over all packages. One that has tests and left no counts did not get to its end: a failure. */
function sumCounts() {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const workspace of workspaces) {
    if (!existsSync(countsOf(workspace))) {
      sum.failed += 1;
      continue;
    }
    const counts = JSON.parse(readFileSync(countsOf(workspace), 'utf8'));
    for (const key of Object.keys(sum)) sum[key] += counts[key];
  }
  return sum;
}

const inWords = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

function test(flags) {
  forgetCounts();
  // CI never counts a remembered result.
  const force = process.env.CI ? ['--force'] : [];
  const status = turbo(['build', 'test'], ['--continue', '--output-logs=new-only', ...force, ...flags]);
  console.log(inWords(sumCounts()));
  return status;
}

const checks = {
  format: ['check:format'],
  lint: ['check:lint'],
  types: ['typecheck', 'check:tooling'],
};

function check(flags) {
  const started = performance.now();
  forgetCounts();
  const tasks = Object.values(checks).flat();
  const status = turbo([...tasks, 'build', 'test'], ['--continue', '--output-logs=new-only', ...flags]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const verdict = status === 0 ? 'check passed' : 'check FAILED';
  console.log(`${verdict}: ${Object.keys(checks).join(', ')}; tests: ${inWords(sumCounts())}; ${seconds} s`);
  return status;
}

/** The newest change among the files that the CLI is built from. */
function newestSource() {
  let newest = 0;
  for (const workspace of workspaces) {
    for (const name of ['package.json', 'tsconfig.json', 'tsup.config.ts', 'src']) {
      const path = join(workspace, name);
      if (!existsSync(path)) continue;
      const files = name === 'src' ? readdirSync(path, { recursive: true }).map((file) => join(path, file)) : [path];
      for (const file of files) newest = Math.max(newest, statSync(file).mtimeMs);
    }
  }
  return newest;
}

const cli = join(root, 'apps', 'cli', 'dist', 'holdfast.js');

function buildCliWhenStale() {
  const node = join(root, 'node_modules', '.bin', windows ? 'node.cmd' : 'node');
  if (!existsSync(cli) || statSync(cli).mtimeMs < newestSource()) {
    install({ quiet: true });
    must('turbo', ['run', 'build', '--filter=holdfast', '--output-logs=errors-only'], { quiet: true });
    // A build taken from turbo's cache keeps its old times.
    utimesSync(cli, new Date(), new Date());
  }
  return existsSync(node) ? node : process.execPath;
}

/** Runs a command as if it had been called directly: its streams, its exit code, its signals. */
function become(command, args, cwd) {
  const child = spawn(command, args, { cwd, env, stdio: 'inherit', shell: windows && command.endsWith('.cmd') });
  const forward = (signal) => () => {
    // A terminal sends Ctrl-C to the whole process group; forwarding it would make it two.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward(signal));
  child.on('error', (error) => {
    console.error(error.message);
    process.exit(127);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

const [task = 'demo', ...rest] = process.argv.slice(2);

switch (task) {
  case 'demo':
    install();
    must('turbo', ['run', 'demo', '--output-logs=new-only', '--log-prefix=none', ...rest]);
    break;
  case 'test':
    install();
    process.exitCode = test(rest);
    break;
  case 'check':
    install();
    process.exitCode = check(rest);
    break;
  case 'build':
    install();
    process.exitCode = turbo(['build'], rest);
    break;
  case 'docs':
    install();
    process.exitCode = turbo(['build:docs'], rest);
    break;
  case 'lint':
    install();
    process.exitCode = run('oxlint', ['--type-aware', '--deny-warnings', ...rest]);
    break;
  case 'format':
    install();
    must('oxlint', ['--type-aware', '--fix', '--quiet', ...rest]);
    must('oxfmt', rest);
    break;
  case 'holdfast':
    // npm changes to the root; paths on the command line are meant from where the user stands.
    become(buildCliWhenStale(), [cli, ...rest], process.env.INIT_CWD ?? process.cwd());
    break;
  case 'with':
    if (!existsSync(join(root, 'node_modules', '.modules.yaml')) && rest[0] !== 'pnpm') install({ quiet: true });
    else installPnpm(true);
    become(rest[0] ?? 'node', rest.slice(1), root);
    break;
  case 'counts':
    console.log(inWords(sumCounts()));
    break;
  default:
    console.error(`Expected a task that tools/run.mjs knows, got ${task}. Its first lines list them.`);
    process.exitCode = 2;
}
