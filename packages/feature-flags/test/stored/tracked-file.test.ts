import {
  chmodSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFile } from 'node:child_process';
import { hostname, tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { fsStore } from '@x/storage';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFlags, parseFlags, type EditableFlags, type FlagEdit, type FlagVersion } from '../../src/index.ts';
import { Journal } from '../../src/history/journal.ts';
import { NO_SEAL } from '../../src/history/seal.ts';
import { trackedFile } from '../../src/stored/index.ts';
import { NOW } from '../fixtures.ts';

const NOTE = { by: 'ann', why: 'because' };
const YAML = `# Ours
flags:
  a: { rollout: { percentage: 10, unit: tenant } } # slowly
`;
const raise = (percentage: number): FlagEdit[] => [{ kind: 'patch', key: 'a', patch: { rollout: { percentage } } }];

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
  file = join(folder, 'flags.yaml');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const open = (): EditableFlags => trackedFile(file, { clock: () => NOW, pollMs: 0 });

async function history(): Promise<Pick<FlagVersion, 'version' | 'by' | 'why'>[]> {
  const found: Pick<FlagVersion, 'version' | 'by' | 'why'>[] = [];
  for await (const { version, by, why } of open().history()) found.push({ version, by, why });
  return found;
}

describe('a file', () => {
  test('keeps its comments, its mode and its link, and its first state is a version', async () => {
    const real = join(folder, 'real.yaml');
    writeFileSync(real, YAML);
    chmodSync(real, 0o640);
    symlinkSync('real.yaml', file);
    await open().change(raise(25), NOTE);
    expect(readFileSync(real, 'utf8')).toBe(YAML.replace('10', '25'));
    expect(readFileSync(file, 'utf8')).toBe(YAML.replace('10', '25'));
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(statSync(join(folder, 'real.yaml.history', 'flags', '000000000001')).mode & 0o777).toBe(0o640);
    expect(await history()).toEqual([
      { version: 2, ...NOTE },
      { version: 1, by: 'unknown', why: 'Found in the file' },
    ]);
    expect(readdirSync(folder).toSorted()).toEqual(['flags.yaml', 'real.yaml', 'real.yaml.history']);
  });

  test('is made by the first change', async () => {
    await open().change([{ kind: 'set', key: 'a', definition: { enabled: false } }], NOTE);
    expect(await parseFlags(readFileSync(file, 'utf8'))).toEqual({ flags: { a: { enabled: false } } });
    expect(await history()).toEqual([{ version: 1, ...NOTE }]);
  });

  test('comes back as it was written, comments and all', async () => {
    writeFileSync(file, YAML);
    await open().change(raise(25), NOTE);
    writeFileSync(file, 'flags: { a: {} }\n');
    await open().rollback(1, { by: 'ann', why: 'complaints' });
    expect(readFileSync(file, 'utf8')).toBe(YAML);
    expect(await history()).toEqual([
      { version: 4, by: 'ann', why: 'complaints' },
      { version: 3, by: 'unknown', why: 'Found in the file' },
      { version: 2, ...NOTE },
      { version: 1, by: 'unknown', why: 'Found in the file' },
    ]);
  });

  test('that was put back by hand stays so', async () => {
    writeFileSync(file, YAML);
    await open().change(raise(25), NOTE);
    writeFileSync(file, YAML);
    await open().change([{ kind: 'set', key: 'b', definition: {} }], NOTE);
    expect(await parseFlags(readFileSync(file, 'utf8'))).toMatchObject({
      flags: { a: { rollout: { percentage: 10 } }, b: {} },
    });
    expect(await history()).toHaveLength(4);
  });

  test('that can’t be read is left alone, and so is its history', async () => {
    writeFileSync(file, 'flags: { a: { rollout: 7 }\n');
    await expect(open().change(raise(25), NOTE)).rejects.toMatchObject({ code: 'INVALID_FLAGS' });
    expect(readdirSync(folder)).toEqual(['flags.yaml']);
  });

  test('with a mistake that somebody wrote is changed beside it, and what they wrote is a version', async () => {
    const text = 'flags:\n  bad:   { rolout: 7 }\n  a: { rollout: { percentage: 10 } }\n';
    writeFileSync(file, text);
    await open().change([{ kind: 'patch', key: 'a', patch: { enabled: false } }], NOTE);
    const off = text.replace('10 } }', '10 }, enabled: false }');
    expect(readFileSync(file, 'utf8')).toBe(off);
    await open().change(raise(25), NOTE);
    await open().rollback(1, NOTE, { keys: ['a'] });
    expect(readFileSync(file, 'utf8')).toBe(text);
    for (const refused of [
      () => open().change([{ kind: 'patch', key: 'bad', patch: { owner: 'web' } }], NOTE),
      () => open().rollback(1, NOTE, { keys: ['bad', 'a'] }),
      () => open().rollback(2, NOTE),
    ])
      await expect(refused()).rejects.toMatchObject({
        code: 'INVALID_FLAGS',
        message: expect.stringMatching(/rolout/),
      });
    expect((await history()).map(({ version, by }) => [version, by])).toEqual([
      [4, 'ann'],
      [3, 'ann'],
      [2, 'ann'],
      [1, 'unknown'],
    ]);
  });

  test('that a program recorded and did not write any more, as it was killed, is written by the next change', async () => {
    writeFileSync(file, YAML);
    await open().change(raise(25), NOTE);
    const journal = new Journal({ store: fsStore(join(folder, 'flags.yaml.history')), name: 'flags', seal: NO_SEAL });
    const text = YAML.replace('10', '50');
    const document = { format: 'yaml', text } as const;
    await journal.append(2, {
      note: { by: 'bob', why: 'killed' },
      nowMs: NOW,
      document,
      definitions: await parseFlags(text),
    });
    await open().change([{ kind: 'set', key: 'b', definition: {} }], NOTE);
    expect(await parseFlags(readFileSync(file, 'utf8'))).toMatchObject({
      flags: { a: { rollout: { percentage: 50 } }, b: {} },
    });
    expect(await history()).toHaveLength(4);
  });

  test('stays as it is, and so does its history, when it is only asked what a change would do', async () => {
    writeFileSync(file, YAML);
    const made = await open().change(raise(25), NOTE, { dryRun: true });
    expect(made).toMatchObject({
      version: 1,
      ...NOTE,
      changes: [{ key: 'a', after: { rollout: { percentage: 25 } } }],
    });
    await expect(open().change(raise(101), NOTE, { dryRun: true })).rejects.toMatchObject({ code: 'INVALID_FLAGS' });
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual([YAML, ['flags.yaml']]);
    await open().change(raise(25), NOTE);
    const back = await open().rollback(1, NOTE, { dryRun: true, keys: ['a'] });
    expect(back).toMatchObject({ rollbackTo: 1, changes: [{ key: 'a', after: { rollout: { percentage: 10 } } }] });
    expect(await history()).toHaveLength(2);
  });

  test('is watched like others', async () => {
    writeFileSync(file, YAML);
    await using flags = createFlags({ store: open() });
    await flags.ready();
    const seen = new Promise<void>((resolve) => {
      flags.onChange(() => {
        resolve();
      });
    });
    await open().change(raise(100), NOTE);
    await seen;
    expect(flags.isEnabled('a', { tenant: 'acme' })).toBe(true);
  });
});

const WORKER = `
import { trackedFile } from ${JSON.stringify(new URL('../../src/stored/index.ts', import.meta.url).href)};
const [file, id] = process.argv.slice(1);
const store = trackedFile(file, { pollMs: 0 });
for (let i = 0; i < 6; i++) await store.change([{ kind: 'set', key: 'f_' + id + '_' + i, definition: {} }], { by: id, why: 'x' });
`;

describe('several processes', () => {
  test('that change one file lose no edit, and take the lock of one that was killed', async () => {
    writeFileSync(file, YAML);
    // Of a process that is not there: no system gives out such numbers.
    const dead = { pid: 2 ** 22 + 1, host: hostname(), token: 'x' };
    writeFileSync(`${file}.lock`, JSON.stringify(dead));
    await Promise.all(
      ['a', 'b', 'c'].map(async (id) => {
        const run = promisify(execFile);
        await run(process.execPath, ['--conditions=source', '--input-type=module', '-e', WORKER, file, id]);
      }),
    );
    const { flags } = await parseFlags(readFileSync(file, 'utf8'));
    expect(Object.keys(flags)).toHaveLength(19);
    expect(await history()).toHaveLength(19);
    expect(readdirSync(folder).toSorted()).toEqual(['flags.yaml', 'flags.yaml.history']);
  });

  test('stop waiting for a lock when they are told to', async () => {
    writeFileSync(file, YAML);
    writeFileSync(`${file}.lock`, JSON.stringify({ pid: process.pid, host: hostname(), token: 'x' }));
    await expect(open().change(raise(25), NOTE, { signal: AbortSignal.timeout(50) })).rejects.toThrow(/timeout/i);
    expect(readFileSync(file, 'utf8')).toBe(YAML);
  });
});

describe('a file in a bad state', () => {
  test('that can’t be read is rolled back all the same, and what it said is kept', async () => {
    writeFileSync(file, YAML);
    await open().change(raise(25), NOTE);
    writeFileSync(file, 'flags: { a: { enabled: maybe }\n');
    await expect(open().change(raise(30), NOTE)).rejects.toMatchObject({ code: 'INVALID_FLAGS' });
    await open().rollback(1, NOTE);
    expect(readFileSync(file, 'utf8')).toBe(YAML);
    const [kept = ''] = readdirSync(join(folder, 'flags.yaml.history', 'unreadable'));
    expect(readFileSync(join(folder, 'flags.yaml.history', 'unreadable', kept), 'utf8')).toContain('maybe');
  });

  test('whose newest version is damaged goes on from what it says', async () => {
    writeFileSync(file, YAML);
    await open().change(raise(25), NOTE);
    writeFileSync(join(folder, 'flags.yaml.history', 'flags', '000000000002'), 'junk');
    await open().change(raise(30), NOTE);
    expect(readFileSync(file, 'utf8')).toBe(YAML.replace('10', '30'));
  });

  test('that is empty, or has only comments, has no flags yet', async () => {
    writeFileSync(file, '# ours\n');
    await open().change([{ kind: 'set', key: 'a', definition: { enabled: false } }], NOTE);
    expect(readFileSync(file, 'utf8')).toBe('# ours\nflags:\n  a:\n    enabled: false\n');
  });
});

test('of many programs that change one file, none loses an edit', async () => {
  writeFileSync(file, YAML.replace('10', '0'));
  await Promise.all(
    Array.from({ length: 5 }, async (_, writer) => {
      const store = open();
      for (let i = 0; i < 4; i++) {
        await store.change(
          ({ flags }) => {
            const { rollout } = flags['a'] as { rollout: { percentage: number } };
            return [...raise(rollout.percentage + 1), { kind: 'set', key: `own-${writer}-${i}`, definition: {} }];
          },
          { by: `writer ${writer}`, why: 'at the same time' },
        );
      }
    }),
  );
  const { flags } = await parseFlags(readFileSync(file, 'utf8'));
  expect(Object.keys(flags)).toHaveLength(21);
  expect(flags['a']).toMatchObject({ rollout: { percentage: 20 } });
  expect((await history()).filter(({ by }) => by === 'unknown')).toHaveLength(1);
  expect(readdirSync(folder).toSorted()).toEqual(['flags.yaml', 'flags.yaml.history']);
});
