import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { commandCheck, containerCheck } from '../../../src/deploy/index.ts';
import { newFolder } from '../folder.ts';

const node = (text: string): [string, ...string[]] => [process.execPath, '-e', text];

test('a command passes with its exit code, warns with some, and fails with others and its last lines', async () => {
  const run = async (code: number, more = {}): Promise<unknown> =>
    commandCheck({
      command: node(`for (const n of [1, 2, 3]) console.error("line", n); process.exitCode = ${code}`),
      lines: 2,
      warnExitCodes: [75],
      ...more,
    }).run({});
  expect(await run(0)).toMatchObject({ outcome: 'ok', found: 'ended with 0', limit: 'ends with 0 (warns at 75)' });
  expect(await run(75)).toMatchObject({ outcome: 'warn', found: 'ended with 75: line 2 | line 3' });
  expect(await run(1)).toMatchObject({ outcome: 'fail', found: 'ended with 1: line 2 | line 3' });
  expect(await run(3, { exitCode: 3 })).toMatchObject({ outcome: 'ok' });
});

test('it finds the version in its environment, and runs where it is told', async () => {
  using folder = newFolder();
  const command = node(`console.log(process.env.HOLDFAST_VERSION, process.env.OWN, process.cwd()); process.exit(1)`);
  const check = commandCheck({ command, folder: folder.path, environment: { OWN: 'x' } });
  expect((await check.run({ version: '1.0.5' })).found).toBe(`ended with 1: 1.0.5 x ${folder.path}`);
});

test('what takes too long has failed', async () => {
  const check = commandCheck({ command: node('setInterval(() => {}, 1000)'), timeoutMs: 100 });
  expect(await check.run({})).toMatchObject({ outcome: 'fail', found: 'no answer within 100 ms' });
});

test('what is stopped is killed with all that it has started', async () => {
  using folder = newFolder();
  const beat = join(folder.path, 'beat');
  const child = `setInterval(() => require("fs").writeFileSync(${JSON.stringify(beat)}, String(process.pid)), 5)`;
  const parent = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" }); setInterval(() => {}, 1000)`;
  const stop = new AbortController();
  const running = commandCheck({ command: node(parent) }).run({ signal: stop.signal });
  while (!existsSync(beat) || readFileSync(beat, 'utf8') === '') await delay(10);
  const pid = Number(readFileSync(beat, 'utf8'));
  stop.abort(new Error('enough'));
  await expect(running).rejects.toThrow('enough');
  for (let tries = 0; tries < 3000 && isThere(pid); tries++) await delay(10);
  expect(isThere(pid)).toBe(false);
});

function isThere(pid: number): boolean {
  try {
    // A process that has ended and that nobody has asked about is there, too.
    return !/ Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

test('a program that is not there has failed, and says so', async () => {
  expect(await commandCheck({ command: ['no-such-program-anywhere'] }).run({})).toMatchObject({
    outcome: 'fail',
    found: 'spawn no-such-program-anywhere ENOENT',
  });
});

/** Answers as `docker inspect` does, for the names that are its states. */
const DOCKER = `
const args = process.argv.slice(2);
if (args.slice(0, -1).join(" ") !== "inspect --type container --format {{json .State}} --") throw new Error(args.join(" "));
const name = args.at(-1);
const health = (Status, Output) => ({ Status: "running", Running: true, ExitCode: 0, Health: { Status, FailingStreak: 0, Log: [{ ExitCode: 1, Output }] } });
const states = { healthy: health("healthy", ""), starting: health("starting", ""), unhealthy: health("unhealthy", "connection\\nrefused"),
  plain: { Status: "running", Running: true, ExitCode: 0 }, gone: { Status: "exited", Running: false, ExitCode: 137 } };
if (name === "empty") { console.log("null"); process.exit(0); }
if (states[name] === undefined) { console.error("Error response from daemon: No such container: " + name); process.exit(1); }
console.error("WARNING: something about the daemon");
console.log(JSON.stringify(states[name]));
`;

test.each([
  ['healthy', 'ok', 'running, healthy', 1],
  ['starting', 'fail', 'running, starting', 2],
  ['unhealthy', 'fail', 'running, unhealthy: connection refused', 2],
  ['plain', 'warn', 'running, without a health check', 1],
  ['gone', 'fail', 'exited, ended with 137', 2],
  ['missing', 'fail', 'Error response from daemon: No such container: missing', 2],
  ['empty', 'fail', 'Unexpected end of JSON input', 2],
])('a container that is %s is %s', async (container, outcome, found, attempts) => {
  using folder = newFolder();
  const program: [string] = [folder.script('docker', DOCKER)];
  const check = containerCheck({ container, program, attempts: 2, intervalMs: 1, timeoutMs: 20_000 });
  expect(await check.run({})).toMatchObject({ outcome, found, attempts, kind: 'container' });
});

test('a container has to have a health check where that is needed', async () => {
  using folder = newFolder();
  const check = containerCheck({ container: 'plain', program: [folder.script('docker', DOCKER)], needsHealth: true });
  expect(await check.run({})).toMatchObject({ outcome: 'fail', attempts: 1 });
});
