import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { IS_ROOT, placeOf, startBackup } from '../fixtures/child.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, failureOf, filesBelow, listOf, newPlace, openAt, type Place, restored } from '../fixtures/place.ts';
import { buildTree, fifo } from '../fixtures/tree.ts';

const MiB = 1024 * 1024;
/** Above 16 MiB a file is read in pieces. */
const LARGE = 20 * MiB;

/**
 * A folder in which a large file comes first: while it is being read, everything has been scanned, and `z` has not been
 * read. `meanwhile` is called once at that moment.
 */
async function whileReading(
  place: Place,
  meanwhile: () => void,
): Promise<Awaited<ReturnType<Awaited<ReturnType<typeof createAt>>['backup']>>> {
  buildTree(place.source, { a: noise(LARGE, 1), z: 'as scanned', zz: 'stays' });
  const repository = await createAt(place);
  let called = false;
  const result = await repository.backup({
    paths: [place.source],
    onProgress: () => {
      if (called) return;
      called = true;
      meanwhile();
    },
  });
  expect(called).toBe(true);
  await repository.restore({ snapshot: 'latest', to: place.out });
  expect(await repository.verify({ level: 'structure' })).toMatchObject({ status: 'ok' });
  return result;
}

it('a file that vanishes after the scan is a problem, and the rest is kept', async () => {
  const place = newPlace();
  const result = await whileReading(place, () => rmSync(join(place.source, 'z')));
  expect(result).toMatchObject({ status: 'partial', problems: [{ path: join(place.source, 'z'), code: 'ENOENT' }] });
  expect(result.snapshot).toMatchObject({ status: 'partial', sources: [{ status: 'partial', problems: 1 }] });
  expect(filesBelow(restored(place))).toEqual(['a', 'zz']);
});

it('a file that grew or shrank after the scan is kept as it is now', async () => {
  for (const content of ['longer than it was', 'less', '']) {
    const place = newPlace();
    const result = await whileReading(place, () => writeFileSync(join(place.source, 'z'), content));
    expect(result).toMatchObject({ status: 'ok', problems: [] });
    expect(compareTrees(place.source, restored(place))).toEqual([]);
  }
});

it('a file that becomes a folder, a link or a pipe after the scan is a problem, and is not waited for', async () => {
  const others: readonly ((path: string) => void)[] = [
    (path) => mkdirSync(path),
    (path) => void buildTree(join(path, '..'), { z: fifo() }),
    (path) => renameSync(join(path, '../zz'), path),
  ];
  for (const [i, make] of others.entries()) {
    const place = newPlace();
    const result = await whileReading(place, () => {
      rmSync(join(place.source, 'z'));
      make(join(place.source, 'z'));
    });
    // Another file under its name is a file, and is kept.
    if (i < 2) expect(result.problems.map(({ path }) => path)).toContain(join(place.source, 'z'));
    expect(filesBelow(restored(place))).toContain('a');
  }
});

it('a large file that shrinks while it is read is kept in one of its states', async () => {
  const place = newPlace();
  const content = noise(12 * MiB, 2);
  const result = await whileReading(place, () => writeFileSync(join(place.source, 'a'), content));
  const back = readFileSync(join(restored(place), 'a'));
  if (result.problems.some(({ code }) => code === 'TORN')) return;
  expect(result.status).toBe('ok');
  expect(back.equals(content)).toBe(true);
});

it('a log that is written all the time is kept as a beginning of it, and marked when it was torn', async () => {
  const place = newPlace();
  buildTree(place.source, { 'a.log': Buffer.alloc(3 * MiB, 'one more line of a log\n'), b: 'x' });
  const log = join(place.source, 'a.log');
  const script = fileURLToPath(new URL('../fixtures/children/appender.ts', import.meta.url));
  const writer = spawn(process.execPath, [script, log], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise((resolve) => writer.once('close', resolve));
  onTestFinished(async () => {
    writer.kill('SIGKILL');
    await closed;
  });
  await new Promise((resolve) => writer.stdout.once('data', resolve));
  const repository = await createAt(place);
  const result = await repository.backup({ paths: [place.source] });
  writer.kill('SIGKILL');
  await closed;
  expect(result.problems.filter(({ code, path }) => code !== 'TORN' || path !== log)).toEqual([]);
  const entries = await listOf(repository.entries('latest'));
  const entry = entries.find(({ path }) => path.endsWith('a.log'));
  expect(entry?.torn ?? false).toBe(result.problems.length > 0);
  await repository.restore({ snapshot: 'latest', to: place.out });
  const back = readFileSync(join(restored(place), 'a.log'));
  expect(back.length).toBe(entry?.size);
  expect(back.equals(readFileSync(log).subarray(0, back.length))).toBe(true);
  // It is read again, also when nobody has touched it since.
  const size = statSync(log).size;
  const again = await repository.backup({ paths: [place.source] });
  expect(again).toMatchObject({ status: 'ok', counts: { bytesRead: expect.any(Number) } });
  expect(again.counts.bytesRead).toBeGreaterThanOrEqual(size);
});

it('a file that changes after it was taken for unchanged is no silent change', async () => {
  const place = newPlace();
  buildTree(place.source, { a: noise(LARGE, 1), z: 'one' });
  utimesSync(join(place.source, 'z'), 1e9, 1e9);
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await repository.backup({ paths: [place.source] });
  appendFileSync(join(place.source, 'a'), 'more');
  let called = false;
  const result = await repository.backup({
    paths: [place.source],
    onProgress: () => {
      if (!called) writeFileSync(join(place.source, 'z'), 'two');
      called = true;
    },
  });
  expect(called).toBe(true);
  expect(result.problems).toEqual([]);
});

it('content that changed without a trace in its times is reported', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'one', b: 'two' });
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  await new Promise((resolve) => setTimeout(resolve, 100));
  await repository.backup({ paths: [place.source] });
  // What a disk that rots does: the scan cache says the same as the file, whose bytes differ.
  const cache = join(place.cache, filesBelow(place.cache).find((name) => name.endsWith('.cache')) ?? '');
  const before = statSync(join(place.source, 'a'), { bigint: true });
  writeFileSync(join(place.source, 'a'), 'ONE');
  utimesSync(join(place.source, 'a'), Number(before.mtimeNs) / 1e9, Number(before.mtimeNs) / 1e9);
  const after = statSync(join(place.source, 'a'), { bigint: true });
  const bytes = readFileSync(cache);
  const old = Buffer.alloc(8);
  old.writeBigInt64LE(before.ctimeNs);
  const at = bytes.indexOf(old);
  expect(at).toBeGreaterThan(0);
  bytes.writeBigInt64LE(after.ctimeNs, at);
  createHash('sha256')
    .update(bytes.subarray(0, -32))
    .digest()
    .copy(bytes, bytes.length - 32);
  if (after.mtimeNs !== before.mtimeNs) return;
  writeFileSync(cache, bytes);
  const result = await repository.backup({ paths: [place.source] });
  expect(result.problems).toMatchObject([{ code: 'SILENT_CHANGE', path: join(place.source, 'a') }]);
});

it('a path that is not there is PATH_FAILED; beside others it is a problem of its own', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'x' });
  const repository = await createAt(place);
  const nothing = join(place.folder, 'nothing');
  expect(await failureOf(repository.backup({ paths: [nothing] }))).toMatchObject({ code: 'PATH_FAILED' });
  expect(await repository.snapshots()).toEqual([]);
  const result = await repository.backup({ paths: [place.source, nothing] });
  expect(result).toMatchObject({ status: 'partial', problems: [{ path: nothing, code: 'ENOENT' }] });
  expect(result.snapshot?.sources.map(({ status }) => status)).toEqual(['ok', 'failed']);
});

it('an ignore file and excludes leave out what they name, and nothing else', async () => {
  const place = newPlace();
  buildTree(place.source, {
    '.holdfastignore': '*.tmp\nbuild/\n!keep.tmp\n/only-here\n',
    'a.tmp': 'x',
    'keep.tmp': 'x',
    build: { out: 'x' },
    'only-here': 'x',
    sub: { 'only-here': 'x', 'b.tmp': 'x', '.holdfastignore': 'secret\n', secret: 'x', 'c.log': 'x' },
    secret: 'x',
    'd.log': 'x',
  });
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source], exclude: ['*.log'] });
  await repository.restore({ snapshot: 'latest', to: place.out });
  expect(filesBelow(restored(place))).toEqual([
    '.holdfastignore',
    'keep.tmp',
    'secret',
    'sub/.holdfastignore',
    'sub/only-here',
  ]);
});

const NOBODY = 65_534;

it('what may not be read is a problem each, and everything else is kept', async ({ skip }) => {
  if (!IS_ROOT) skip('becoming a user whom modes can stop needs root on Linux');
  const place = newPlace();
  buildTree(place.source, {
    open: 'x',
    closed: 'x',
    folder: { inside: 'x' },
    'open folder': { a: 'x' },
    'no search': { b: 'x' },
  });
  await createAt(place);
  chownSync(place.folder, NOBODY, NOBODY);
  for (const each of readdirSync(place.folder, { recursive: true, encoding: 'utf8' }))
    chownSync(join(place.folder, each), NOBODY, NOBODY);
  chownSync(join(place.source, 'closed'), 0, 0);
  chmodSync(join(place.source, 'closed'), 0o600);
  for (const [name, mode] of [
    ['folder', 0o700],
    ['no search', 0o744],
  ] as const) {
    chownSync(join(place.source, name), 0, 0);
    chmodSync(join(place.source, name), mode);
  }
  const child = startBackup(placeOf(place), { uid: NOBODY });
  const result = await child.result();
  expect(result).toMatchObject({ status: 'partial' });
  const problems = 'problems' in result ? result.problems : [];
  expect(problems.map(({ path, code }) => [path.slice(place.source.length + 1), code])).toEqual(
    expect.arrayContaining([
      ['closed', 'EACCES'],
      ['folder', 'EACCES'],
      ['no search/b', 'EACCES'],
    ]),
  );
  expect(problems).toHaveLength(3);
  await (await openAt(place)).restore({ snapshot: 'latest', to: place.out });
  expect(filesBelow(restored(place))).toEqual(['open', 'open folder/a']);
});

it('with few file descriptors left a backup is whole, or says what it lacks', async ({ skip }) => {
  if (process.platform === 'win32') skip('Windows has no ulimit');
  const place = newPlace();
  const files = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`f${i}`, noise(20_000, i)]));
  buildTree(place.source, { ...files, large: noise(LARGE, 'l'), deep: { a: { b: { c: { d: 'x' } } } } });
  const repository = await createAt(place);
  // With 30 no thread can start, with 40 some files can't be opened.
  for (const openFiles of [30, 40, 64]) {
    const result = await startBackup(placeOf(place), { openFiles }).result();
    if ('error' in result) {
      expect(openFiles).toBeLessThan(64);
      expect(result.error).toMatch(/^(WORKER_FAILED|IO_FAILED|UNAVAILABLE)$/);
      continue;
    }
    if (openFiles === 64) expect(result.status).toBe('ok');
    const lost = result.problems.map(({ path }) => path.slice(place.source.length + 1));
    const out = join(place.folder, `out ${openFiles}`);
    await repository.restore({ snapshot: result.snapshot?.id ?? '', to: out });
    expect(compareTrees(place.source, join(out, place.source), { except: lost })).toEqual([]);
  }
  expect((await repository.verify({ level: 'full' })).findings.filter(({ code }) => code !== 'unindexed')).toEqual([]);
});
