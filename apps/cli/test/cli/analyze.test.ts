import { createHash } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { newMachine, parseShape, type Machine } from '../support/cli.ts';
import { writeTree } from '../support/tree.ts';

const noise = (bytes: number): Buffer => createHash('shake256', { outputLength: bytes }).update('noise').digest();
const DUMP = '--\n-- PostgreSQL database dump\n--\n\nSELECT 1;\n\n--\n-- PostgreSQL database dump complete\n--\n\n';

async function prepared(): Promise<Machine> {
  const machine = await newMachine({ inProcess: true });
  const rows = Array.from({ length: 9000 }, (_, row) => `${row},room ${row % 40},2026-11-${(row % 28) + 1}`);
  await writeTree(join(machine.cwd, 'data'), {
    'rooms.csv': rows.join('\n'),
    'photo.bin': noise(300_000),
    'skipped.log': 'x'.repeat(70_000),
  });
  return machine;
}

test('a folder is analyzed: kinds, a forecast for each profile, free space, and one that is recommended', async () => {
  const machine = await prepared();
  const { code, stdout, stderr } = await machine.run([
    'backup',
    'analyze',
    'data',
    '--exclude',
    '*.log',
    '--to',
    'backups/later',
  ]);
  // On a busy machine there is progress to tell.
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('holdfast:') as string });
  expect(stdout).toMatch(/^\S+data: 2 files, \d+ KiB; \d+ KiB tried \(100 %\)\n\nKIND +SIZE +SHARE +ENTROPY/);
  for (const line of [
    /^random +293 KiB .* 1\.00 +random$/m,
    /^table .* csv$/m,
    /^balanced .*/m,
    /^recommended: \w+\. /m,
  ]) {
    expect(stdout).toMatch(line);
  }
  expect(stdout).toMatch(/ are free at the destination\.$/m);
  // Nothing was made: neither the place, nor anything beside what was read.
  expect(await readdir(machine.cwd)).toEqual(['data']);
  const { analyses, checks } = await machine.json('AnalysisRun', ['backup', 'analyze', 'data', 'data/photo.bin']);
  expect(checks).toEqual([]);
  expect(analyses.map(({ files, complete, sizeCategory }) => ({ files, complete, sizeCategory }))).toEqual([
    { files: 3, complete: true, sizeCategory: 'tiny' },
    { files: 1, complete: true, sizeCategory: 'tiny' },
  ]);
  expect(analyses[1]?.recommended.profile).toBe('none');
  const quiet = await machine.run(['backup', 'analyze', '--quiet', 'data/photo.bin']);
  expect(quiet.stdout).toBe('none\n');
});

test('what would be stored is what a backup then stores', async () => {
  const machine = await prepared();
  await machine.json('Created', ['init']);
  const { analyses } = await machine.json('AnalysisRun', ['backup', 'analyze', 'data']);
  const { counts } = await machine.json('BackupRun', ['backup', 'create', 'data']);
  const foreseen = analyses[0]?.profiles.find(({ profile }) => profile === 'balanced')?.bytesStored ?? 0;
  // Packs and the catalog have bytes of their own.
  expect(counts.bytesStored).toBeGreaterThan(foreseen);
  expect(counts.bytesStored).toBeLessThan(foreseen + 300_000);
});

test('dumps are checked: sound ends with 0, unknown with 3, incomplete and damaged with 6', async () => {
  const machine = await newMachine({ inProcess: true });
  const file = (name: string): string => join(machine.cwd, name);
  const packed = gzipSync(DUMP);
  await writeFile(file('whole.sql.gz'), packed);
  await writeFile(file('text'), 'what is this?');
  await writeFile(file('cut.sql'), DUMP.slice(0, 60));
  packed[packed.length - 6] = 255 - (packed.at(-6) ?? 0);
  await writeFile(file('bad.sql.gz'), packed);
  await mkdir(file('folder'));
  const check = (...names: readonly string[]): ReturnType<Machine['run']> =>
    machine.run(['backup', 'analyze', '--verify', ...names]);
  const whole = await check('whole.sql.gz');
  expect(whole.code).toBe(0);
  expect(whole.stdout).toMatch(/^sound \S+whole\.sql\.gz: gzip: 1 member, .*; postgresql: header and completion line/);
  expect(await check('whole.sql.gz', 'text')).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/\nunknown \S+text: /),
  });
  expect(await check('text', 'cut.sql')).toMatchObject({
    code: 6,
    stdout: expect.stringMatching(/\nincomplete \S+cut\.sql: /),
  });
  const json = await machine.run(['backup', 'analyze', '--verify', '--json', 'bad.sql.gz', 'whole.sql.gz']);
  expect(json.code).toBe(6);
  expect(parseShape('AnalysisRun', json.stdout).checks.map(({ verdict }) => verdict)).toEqual(['damaged', 'sound']);
  expect(await check('missing')).toMatchObject({ code: 4 });
  expect(await check('folder')).toMatchObject({ code: 1, stderr: expect.stringContaining('got a folder') });
  expect(await machine.run(['backup', 'analyze', '--verify', '--rate', '10MB', 'text'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('Expected --verify without --rate, got both'),
  });
});

test('an interrupt ends it with 130', async () => {
  const machine = await newMachine({ inProcess: true });
  await writeFile(join(machine.cwd, 'large'), noise(40_000_000));
  const { code } = await machine.run(['backup', 'analyze', 'large', '--debug'], {
    onStderr: (child, text) => {
      if (text.includes('load the advisor')) child.kill('SIGINT');
    },
  });
  expect(code).toBe(130);
});
