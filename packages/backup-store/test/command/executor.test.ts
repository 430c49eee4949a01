import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { commandOutput, dockerExec, type Executor, runCommand, ssh } from '../../src/command/index.ts';
import { shellWords } from '../../src/command/shell.ts';
import { failureOf, tempFolder } from '../fixtures/place.ts';
import { contentOf, hasEnded, script } from '../fixtures/processes.ts';

const folder = tempFolder(afterAll);
const log = join(folder, 'arguments');

/**
 * Clients without the other side: what an ssh server does with a command is to give it to a shell, what a container does is to
 * start it with the variables that were named. Neither hands on the rest of the environment.
 */
const sshClient = script(
  join(folder, 'ssh'),
  `printf '%s\\n' "$@" > '${log}'; while [ "$1" != -- ]; do shift; done; exec env -i PATH="$PATH" sh -c "$3"`,
);
const dockerClient = script(
  join(folder, 'docker'),
  `printf '%s\\n' "$@" > '${log}'
set_variables="PATH=$PATH"
while [ "$1" != -- ]; do
  if [ "$1" = --env ]; then eval "value=\\$$2"; set_variables="$set_variables
$2=$value"; shift; fi
  if [ "$1" = --workdir ]; then cd "$2"; shift; fi
  shift
done
shift 2
IFS='
'
exec env -i $set_variables "$@"`,
);

const executors: readonly (readonly [string, Executor])[] = [
  ['ssh', ssh('db.example', { client: sshClient, options: ['-p', '2222'] })],
  ['docker exec', dockerExec('db', { client: dockerClient })],
];

describe.each(executors)('a program over %s', (_name, executor) => {
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
