import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandOutput, commandSource, runCommand, withHooks } from '../../src/command/index.ts';
import { createAt, failureOf, listOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { contentOf, hasEnded, script } from '../fixtures/processes.ts';
import { sourceOf } from '../fixtures/stream-source.ts';

const sh = (text: string, ...args: string[]): { command: string; args: string[] } => ({
  command: 'sh',
  args: ['-c', text, 'sh', ...args],
});
const printed = async (options: Parameters<typeof commandOutput>[0]): Promise<string> =>
  Buffer.concat(await listOf(commandOutput(options))).toString();

describe('what a program prints', () => {
  it('is a file of a snapshot; the program gets arguments as they are, its environment, folder and input', async () => {
    const place = newPlace();
    const repository = await createAt(place);
    const text = 'printf "%s|%s|%s|%s" "$1" "$PLAIN $HIDDEN" "$(pwd)" "$(cat)"';
    const odd = `a 'b' "c" $HOME \\ *`;
    const folder = tempFolder();
    const more = { env: { PLAIN: 'plain' }, secrets: { HIDDEN: 'hidden' }, cwd: folder, stdin: 'input' };
    const result = await repository.backup({ sources: [commandSource({ name: 'a/out', ...sh(text, odd), ...more })] });
    expect(result.sources).toMatchObject([
      { kind: 'command', path: 'a/out', status: 'ok', details: { command: 'sh', executor: 'local' } },
    ]);
    const content = Buffer.concat(await listOf(repository.read('latest', { path: 'a/out' }))).toString();
    expect(content).toBe(`${odd}|plain hidden|${folder}|input`);
  });

  it.each([
    ['nothing', undefined, ''],
    ['bytes', Buffer.from('bytes'), 'bytes'],
    [
      'a stream',
      async function* () {
        for (let i = 0; i < 200; i++) yield Buffer.alloc(10_000, 'x');
      },
      'x'.repeat(2_000_000),
    ],
  ])('may depend on its input, which is %s', async (_what, stdin, expected) => {
    expect(await printed({ command: 'cat', stdin })).toBe(expected);
  });

  it('is looked at by a check, which may refuse it', async () => {
    const seen: unknown[] = [];
    const options = sh('i=0; while [ $i -lt 2000 ]; do echo 12345; i=$((i+1)); done; echo end; echo said >&2');
    await printed({ ...options, check: ({ bytes, tail, stderr }) => void seen.push(bytes, tail.length, stderr) });
    expect(seen).toEqual([12_004, 4096, 'said']);
    const refused = printed({ ...options, check: async () => await Promise.reject(new Error('incomplete')) });
    expect(await failureOf(refused)).toMatchObject({ message: 'incomplete' });
  });

  it('is no more than its reader takes', async () => {
    const folder = tempFolder();
    const pidFile = join(folder, 'pid');
    const output = commandOutput(sh('echo $$ > "$1"; exec yes', pidFile));
    for await (const piece of output) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    expect(await hasEnded(Number(await contentOf(pidFile)))).toBe(true);
  });
});

describe('a program that fails', () => {
  it.each([
    [
      'by its exit code',
      sh('echo begun; echo why >&2; exit 3'),
      'COMMAND_FAILED',
      /sh to end with exit code 0, got 3: why/,
    ],
    ['by a signal', sh('echo begun; kill -KILL $$'), 'COMMAND_FAILED', /by itself, got SIGKILL/],
    ['by not being there', { command: 'holdfast-no-such-program' }, 'COMMAND_NOT_FOUND', /ENOENT/],
    ['by not being a program', { command: '/etc/passwd' }, 'COMMAND_NOT_FOUND', /EACCES/],
    ['as a shell says', sh('holdfast-no-such-program'), 'COMMAND_NOT_FOUND', /exit code 127/],
    ['by taking too long', { ...sh('sleep 60'), timeoutMs: 100 }, 'COMMAND_TIMEOUT', /within 100 ms/],
  ])('%s is told, and nothing of it is kept', async (_how, options, code, message) => {
    expect(await failureOf(printed(options))).toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
    const repository = await createAt(newPlace());
    const sources = [commandSource({ name: 'bad', ...options }), sourceOf('good', { '': 'x' })];
    const result = await repository.backup({ sources });
    expect(result.sources).toMatchObject([{ status: 'failed', entries: 0, error: { code } }, { status: 'ok' }]);
  });

  it('may have exit codes that mean success', async () => {
    expect(await printed({ ...sh('echo some; exit 1'), exitCodes: [0, 1] })).toBe('some\n');
    expect(await failureOf(printed({ ...sh('exit 2'), exitCodes: [0, 1] }))).toMatchObject({ code: 'COMMAND_FAILED' });
  });

  it('says what it has said last, without secrets in any form', async () => {
    const secrets = { PASSWORD: 'p@ss w/rd', TOKEN: 'p@ss w/rd and more', EMPTY: '' };
    const say =
      'i=0; while [ $i -lt 9000 ]; do echo "noise noise noise" >&2; i=$((i+1)); done; echo "$PASSWORD|$TOKEN" >&2; ';
    const urls = 'echo "http://u:p%40ss%20w%2Frd@h/ postgres://me:other@h/d" >&2; exit 1';
    const error = await failureOf(printed({ ...sh(say + urls), secrets }));
    expect(error.message).toMatch(/\n\*\*\*\|\*\*\*\nhttp:\/\/u:\*\*\*@h\/ postgres:\/\/me:\*\*\*@h\/d$/);
    expect(JSON.stringify({ ...error, message: error.message })).not.toMatch(/p@ss|p%40|other|w\/rd/);
  });

  it('is not taken to have got all its input when that fails: it is killed, and told nothing of an end', async () => {
    const folder = tempFolder();
    const got = join(folder, 'got');
    const stdin = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from('part');
      throw Object.assign(new Error('no more'), { code: 'OBJECT_DAMAGED' });
    };
    const work = runCommand({ ...sh('cat > /dev/null; echo complete > "$1"', got), stdin });
    expect(await failureOf(work)).toMatchObject({ code: 'OBJECT_DAMAGED' });
    expect(await failureOf(runCommand({ command: 'cat', args: [got] }))).toMatchObject({ code: 'COMMAND_FAILED' });
  });

  it('and ends without reading its input has the say', async () => {
    const stdin = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(100_000);
    };
    expect(await failureOf(printed({ ...sh('exit 4'), stdin }))).toMatchObject({ code: 'COMMAND_FAILED' });
  });
});

it.each([
  ['an argument that holds a secret', { command: 'x', args: ['--password=swordfish'], secrets: { P: 'swordfish' } }],
  ['no program', { command: '' }],
  ['a variable without a name', { command: 'x', env: { 'A=B': 'c' } }],
  ['no time', { command: 'x', timeoutMs: 0 }],
])('%s is refused at once', (_what, options) => {
  expect(() => commandSource({ name: 'x', ...options })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
});

describe('a run that is ended', () => {
  it.each([
    ['listens', ''],
    ['does not listen', 'trap "" TERM; '],
  ])('ends the program and all it has started, though it %s', async (_what, trap) => {
    const folder = tempFolder();
    const [own, child] = [join(folder, 'own'), join(folder, 'child')];
    const text = `${trap}echo $$ > "$1"; sleep 300 & echo $! > "$2"; while :; do sleep 1; done`;
    const repository = await createAt(newPlace());
    const controller = new AbortController();
    const source = commandSource({ name: 'x', ...sh(text, own, child) });
    const work = failureOf(repository.backup({ sources: [source], signal: controller.signal }));
    const pids = [Number(await contentOf(own)), Number(await contentOf(child))];
    controller.abort();
    expect(await work).toMatchObject({ code: 'ABORTED' });
    for (const pid of pids) expect(await hasEnded(pid)).toBe(true);
  });
});

it('hooks of programs run around the reading, and one that fails keeps its source from being read', async () => {
  const folder = tempFolder();
  const log = join(folder, 'log');
  const tell =
    (word: string, code = 0) =>
    async (): Promise<void> =>
      void (await runCommand({
        command: script(join(folder, word), `echo ${word} >> "$1"; exit ${code}`),
        args: [log],
      }));
  const read = commandSource({ name: 'a', ...sh('echo read >> "$1"; echo x', log) });
  const repository = await createAt(newPlace());
  await repository.backup({ sources: [withHooks(read, { quiesce: tell('pause'), resume: tell('go-on') })] });
  expect((await contentOf(log)).split('\n')).toEqual(['pause', 'read', 'go-on']);
  const other = withHooks(withHooks(read, { resume: tell('inner') }), {
    quiesce: tell('refuse', 1),
    resume: tell('outer'),
  });
  expect(await failureOf(repository.backup({ sources: [other] }))).toMatchObject({ code: 'SOURCE_FAILED' });
  expect((await contentOf(log)).split('\n').slice(3)).toEqual(['refuse', 'outer', 'inner']);
});
