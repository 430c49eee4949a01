import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NO_SSHD, startSshd, type TestSshd } from '../../../../tooling/test-servers/sshd.ts';
import { commandOutput, dockerExec, type Executor, runCommand, ssh } from '../../src/command/index.ts';
import { shellWords } from '../../src/command/shell.ts';
import { failureOf, tempFolder } from '../fixtures/place.ts';
import { contentOf, hasEnded } from '../fixtures/processes.ts';
import { dockerStandIn, sshStandIn } from '../fixtures/remote-clients.ts';

const folder = tempFolder(afterAll);
const log = join(folder, 'arguments');

const serverFolder = tempFolder(afterAll);
let server: TestSshd | undefined;
beforeAll(async () => {
  if (NO_SSHD === undefined) server = await startSshd(serverFolder, log);
});
afterAll(async () => await server?.stop());

const executors: readonly (readonly [string, Executor, string | undefined])[] = [
  ['ssh', ssh('db.example', { client: sshStandIn(folder, log), options: ['-p', '2222'] }), undefined],
  [`ssh to a server (${NO_SSHD ?? 'of its own'})`, ssh('127.0.0.1', { client: join(serverFolder, 'ssh') }), NO_SSHD],
  ['docker exec', dockerExec('db', { client: dockerStandIn(folder, log) }), undefined],
];

describe.each(executors)('a program over %s', (_name, executor, missing) => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  const at = { executor, secrets: { PASSWORD: `s'e $cret "\\` }, env: { PLAIN: 'a b' } };

  it('gets its arguments as they are, environment, folder and input; no secret is in the arguments of the client', async () => {
    const text = 'printf "%s|%s|%s|%s|%s" "$1" "$2" "$PASSWORD $PLAIN" "$(pwd)" "$(cat)"';
    const args = ['-c', text, 'sh', `it's $HOME "x" \\ *`, ''];
    const withInput = await runCommand({ command: 'sh', args, ...at, cwd: folder, stdin: 'in\nput' });
    const start = `it's $HOME "x" \\ *||s'e $cret "\\ a b|${folder}|`;
    expect(withInput.stdout.toString()).toBe(`${start}in\nput`);
    const without = await runCommand({ command: 'sh', args, ...at, cwd: folder });
    expect(without.stdout.toString()).toBe(start);
    expect(readFileSync(log, 'utf8')).not.toMatch(/cret/);
  });

  it('tells its exit code, and that it is not there', async () => {
    for (const stdin of [undefined, 'input']) {
      const fails = runCommand({ command: 'sh', args: ['-c', 'echo why >&2; exit 3'], ...at, stdin });
      const name = executor.name.replaceAll('/', '\\/');
      expect(await failureOf(fails)).toMatchObject({
        code: 'COMMAND_FAILED',
        message: expect.stringMatching(new RegExp(`sh \\(${name}\\) .* got 3: why`)) as string,
      });
      const absent = runCommand({ command: 'holdfast-no-such-program', ...at, stdin });
      expect(await failureOf(absent)).toMatchObject({ code: 'COMMAND_NOT_FOUND' });
    }
  });

  it('is ended when its client is killed, as another side may not notice', async () => {
    const pidFile = join(folder, `pid-${executor.name.length}`);
    const controller = new AbortController();
    const text = 'echo $$ > "$1"; echo begun; exec sleep 300';
    const output = commandOutput({ command: 'sh', args: ['-c', text, 'sh', pidFile], executor }, controller.signal);
    const read = (async () => {
      for await (const piece of output) expect(piece.toString()).toBe('begun\n');
    })();
    const pid = Number(await contentOf(pidFile));
    controller.abort();
    expect(await failureOf(read)).toMatchObject({ code: 'COMMAND_FAILED' });
    expect(await hasEnded(pid)).toBe(true);
  });

  it('prints megabytes unchanged', async () => {
    const bytes = await runCommand({ command: 'sh', args: ['-c', 'head -c 3000000 /dev/zero'], executor });
    expect(bytes.stdout.equals(Buffer.alloc(3_000_000))).toBe(true);
  });
});

it('values of several lines are refused over ssh, as they could not be told apart', async () => {
  const work = runCommand({ command: 'true', executor: ssh('host'), secrets: { KEY: 'one\ntwo' } });
  expect(await failureOf(work)).toMatchObject({ code: 'INVALID_OPTION' });
});

it('a host that looks like an option is none', () => {
  const { args } = ssh('-oProxyCommand=x').wrap({ command: 'true', args: [], env: {}, hasInput: false });
  expect(args.indexOf('--')).toBe(args.indexOf('-oProxyCommand=x') - 1);
});

it('a shell takes quoted words as they were', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: 'grapheme' }).filter((word) => !word.includes('\0'))),
      async (words) => {
        const { stdout } = await runCommand({
          command: 'sh',
          args: ['-c', `for each in ${shellWords(words)}; do printf '%s\\0' "$each"; done`],
        });
        expect(stdout.toString()).toBe(words.map((word) => `${word}\0`).join(''));
      },
    ),
    { numRuns: 30 },
  );
});
