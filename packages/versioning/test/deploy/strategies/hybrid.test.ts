import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hybridStrategy, type HybridOptions, type StrategyCall } from '../../../src/deploy/index.ts';
import { quoted } from '../../../src/deploy/strategies/remote-host.ts';
import { newFolder } from '../folder.ts';
import { NO_SSH, startSsh } from '../ssh-server.ts';

const call: StrategyCall = { version: '1.0.5', channel: 'prod' };

/** Notes how it was called, and runs what it was given as ssh would: by a shell. */
const SSH = `
const { appendFileSync } = require("node:fs");
const args = process.argv.slice(2);
appendFileSync(process.env.SSH_LOG, JSON.stringify(args) + "\\n");
const at = args.indexOf("shop.example");
if (process.env.SSH_FAILS) { console.error("ssh: connect to host shop.example port 22: Connection refused"); process.exit(255); }
const { status } = require("node:child_process").spawnSync("sh", ["-c", args.slice(at + 1).join(" ")], { stdio: "inherit" });
process.exit(status ?? 1);
`;

test('it builds, makes the folder, copies and deploys there, and its plan says so', async () => {
  using folder = newFolder();
  const log = join(folder.path, 'log');
  const ssh = folder.script('ssh', SSH);
  // One that copies what it is told to, wherever that is.
  folder.script(
    'rsync',
    `const [from, to] = process.argv.slice(-2); require("node:fs").cpSync(from, to.replace(/^[^:]*:/, "") + "shop.zip");`,
  );
  const zip = join(folder.path, 'shop-1.0.5.zip');
  const target = join(folder.path, 'host', 'incoming');
  const done = join(folder.path, 'done');
  const options: HybridOptions = {
    host: 'shop.example',
    ssh: [ssh, '-o', 'BatchMode=yes'],
    target,
    build: async ({ version }) => {
      writeFileSync(zip, `zip of ${version}`);
      return zip;
    },
    command: ({ version }) => ['sh', '-c', `printf '%s' "it's $0" > ${done}; echo "deployed; $0"`, version],
  };
  const lines: string[] = [];
  const { PATH = '' } = process.env;
  Object.assign(process.env, { PATH: `${folder.path}${delimiter}${PATH}`, SSH_LOG: log });
  try {
    const strategy = hybridStrategy(options);
    expect(await strategy.run({ ...call, onLine: (line) => lines.push(line) })).toEqual({
      isLive: true,
      detail: 'deployed 1.0.5 on shop.example',
    });
    expect(readFileSync(join(target, 'shop.zip'), 'utf8')).toBe('zip of 1.0.5');
    expect(readFileSync(done, 'utf8')).toBe("it's 1.0.5");
    expect(lines).toEqual(['built 1.0.5', 'copied to shop.example', 'deployed; 1.0.5']);
    expect(readFileSync(log, 'utf8').split('\n')[0]).toBe(
      JSON.stringify(['-o', 'BatchMode=yes', 'shop.example', `mkdir -p -- ${target}`]),
    );
    expect((await strategy.plan(call)).map(({ kind }) => kind)).toEqual(['own', 'run', 'own', 'run']);

    const failing = hybridStrategy({ ...options, command: () => ['sh', '-c', 'echo "the check failed" >&2; exit 3'] });
    await expect(failing.run(call)).rejects.toMatchObject({
      code: 'STRATEGY_FAILED',
      message: 'Expected to deploy on shop.example, got: the check failed',
    });
    process.env['SSH_FAILS'] = '1';
    await expect(strategy.run(call)).rejects.toMatchObject({
      code: 'STRATEGY_FAILED',
      hint: expect.stringContaining('can be reached'),
    });
    await expect(hybridStrategy({ ...options, ssh: ['no-such-ssh'] }).run(call)).rejects.toMatchObject({
      hint: 'Check that no-such-ssh is installed.',
    });
  } finally {
    process.env['PATH'] = PATH;
    delete process.env['SSH_LOG'];
    delete process.env['SSH_FAILS'];
  }
});

test('by itself it runs `holdfast deploy run` there', async () => {
  const strategy = hybridStrategy({
    host: 'deploy@shop.example',
    target: '/srv/in',
    build: async () => 'x',
    copy: 'scp',
  });
  expect(await strategy.plan({ version: "1.0.5'; rm", channel: 'prod' })).toEqual([
    { kind: 'own', text: "build 1.0.5'; rm here" },
    { kind: 'run', command: ['ssh', '-o', 'BatchMode=yes', 'deploy@shop.example', 'mkdir -p -- /srv/in'] },
    { kind: 'own', text: 'copy it to deploy@shop.example:/srv/in with scp' },
    {
      kind: 'run',
      command: [
        'ssh',
        '-o',
        'BatchMode=yes',
        'deploy@shop.example',
        String.raw`holdfast deploy run '1.0.5'\''; rm' --channel prod --way hybrid`,
      ],
    },
  ]);
});

test.each(['-oProxyCommand=x', 'a b', 'a;b', '$(x)', ''])('%j is no host', (host) => {
  expect(() => hybridStrategy({ host, target: '/srv', build: async () => '' })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  );
});

test.each(['srv', '/', '/srv/../etc', '/srv/$(x)', '/srv/a b', ''])('%j is no folder of a host', (target) => {
  expect(() => hybridStrategy({ host: 'a', target, build: async () => '' })).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTION' }),
  );
});

test('whatever an argument is, a shell gives it back', () => {
  const text = fc
    .array(fc.integer({ min: 1, max: 0x3_0000 }), { maxLength: 20 })
    .map((all) => String.fromCodePoint(...all).toWellFormed());
  // One shell for all: starting one takes its time.
  const args = [...fc.sample(text, 300), '', "'", '-n', '$(x)', '\n', '!', '~', '*'];
  const output = execFileSync('sh', ['-c', `printf '%s\\0' ${args.map(quoted).join(' ')}`], { encoding: 'utf8' });
  expect(output.split('\0').slice(0, -1)).toEqual(args);
});

describe.skipIf(NO_SSH !== undefined)(`with a real sshd (${NO_SSH ?? 'it is here'})`, () => {
  test('a file and a folder are copied by rsync and scp, and the command runs there', async () => {
    using folder = newFolder();
    await using server = await startSsh(folder.path);
    const built = join(folder.path, 'built');
    mkdirSync(join(built, 'data'), { recursive: true });
    writeFileSync(join(built, 'data', 'a b.txt'), 'content');
    for (const [index, [copy, path]] of (
      [
        ['rsync', built],
        ['scp', join(built, 'data', 'a b.txt')],
      ] as const
    ).entries()) {
      const target = join(folder.path, `host-${index}`, 'incoming');
      const lines: string[] = [];
      const strategy = hybridStrategy({
        ...server,
        target,
        copy,
        build: async () => path,
        command: ({ version }) => [
          'sh',
          '-c',
          'echo "$0"; exit "$1"',
          `deployed ${version}`,
          version === '1.0.5' ? '0' : '4',
        ],
      });
      await strategy.run({ ...call, onLine: (line) => lines.push(line) });
      expect(lines.at(-1)).toBe('deployed 1.0.5');
      const found = path === built ? join(target, 'data', 'a b.txt') : join(target, 'a b.txt');
      expect(readFileSync(found, 'utf8')).toBe('content');
      expect(readdirSync(target)).toEqual([path === built ? 'data' : 'a b.txt']);
    }
  });

  test('one that knows nobody’s key is told as such, without a question', async () => {
    using folder = newFolder();
    await using server = await startSsh(folder.path);
    const ssh = server.ssh.map((each) => (each.startsWith('IdentityFile=') ? 'IdentityFile=/dev/null' : each)) as [
      string,
      ...string[],
    ];
    const target = join(folder.path, 'host');
    const strategy = hybridStrategy({ host: server.host, ssh, target, build: async () => folder.path });
    await expect(strategy.run(call)).rejects.toMatchObject({
      code: 'STRATEGY_FAILED',
      hint: expect.stringContaining('a key of ssh') as string,
    });
    expect(existsSync(target)).toBe(false);
  });
});
