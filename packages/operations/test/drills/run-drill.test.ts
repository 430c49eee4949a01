import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { createRepository, type Repository } from '@x/backup-store';
import { scratchSqlite, sqliteSource } from '@x/backup-store/sqlite';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { drillHistory, drillSnapshots, restorability, runDrill } from '../../src/drills/index.ts';
import { memoryEventBook } from '../../src/index.ts';
import type { EventBook } from '../../src/events/contract.ts';

const BYTES = 300_000;
const root = mkdtempSync(join(tmpdir(), 'holdfast-drills-'));
const [store, data, sandbox] = [join(root, 'store'), join(root, 'data'), join(root, 'sandbox')];
let repository: Repository;
let first: string;
let second: string;
let book: EventBook;

const packs = (): string[] =>
  readdirSync(store, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() && /pack/.test(entry.parentPath) ? [join(entry.parentPath, entry.name)] : [],
  );

beforeAll(async () => {
  mkdirSync(data);
  ({ repository } = await createRepository({ store, encrypted: false, cacheDirectory: join(root, 'cache') }));
  writeFileSync(join(data, 'a.bin'), randomBytes(BYTES));
  writeFileSync(join(data, 'empty'), '');
  first = (await repository.backup({ paths: [data], tenant: 'shop' })).snapshot?.id ?? '';
  writeFileSync(join(data, 'b.bin'), randomBytes(3 * BYTES));
  second = (await repository.backup({ paths: [data], tenant: 'shop' })).snapshot?.id ?? '';
});

beforeEach(() => {
  book = memoryEventBook();
});

afterAll(async () => {
  await repository.close();
  rmSync(root, { recursive: true, force: true });
});

const options = () => ({ book, sandbox, spareBytes: 0 });
const proofOf = async (id: string) =>
  restorability({ snapshots: drillSnapshots(await repository.catalog()), drills: await drillHistory(book) }).find(
    ({ snapshot }) => snapshot === id,
  );

it('a full drill proves every byte, measures what it took, and leaves nothing behind', async () => {
  const result = await runDrill(repository, { kind: 'full', snapshot: second }, options());
  expect(result).toMatchObject({
    status: 'passed',
    tenant: 'shop',
    bytes: 4 * BYTES,
    proven: { bytes: 4 * BYTES, ofBytes: 4 * BYTES, files: 3, ofFiles: 3, share: 1 },
    problemCount: 0,
    error: null,
  });
  expect(result.restoreMs).toBeLessThanOrEqual(result.durationMs);
  expect(result.bytesPerSecond).toBeGreaterThan(0);
  expect(readdirSync(sandbox)).toEqual([]);
  await expect(drillHistory(book)).resolves.toEqual([result]);
  await expect(proofOf(second)).resolves.toMatchObject({ status: 'proven', share: 1, how: 'full drill' });
  // The engine knows it, too: for those that have no book.
  const [entry] = (await repository.catalog()).filter(({ id }) => id === second);
  expect(entry?.checks).toEqual([{ level: 'restore', at: result.startedAt, status: 'ok', coverage: 1 }]);
});

it('a drill by validateRestore restores databases, too, and looks at what came back', async () => {
  const file = join(root, 'shop.sqlite');
  const database = new DatabaseSync(file);
  database.exec('create table rooms (id integer primary key); insert into rooms values (1), (2)');
  database.close();
  const made = await repository.backup({ sources: [sqliteSource({ path: file })], tenant: 'db' });
  const result = await runDrill(
    repository,
    { kind: 'validate', snapshot: made.snapshot?.id ?? '' },
    {
      ...options(),
      restoreInto: { sqlite: scratchSqlite({}) },
      validator: ({ copies }) => `copies: ${copies.length}`,
    },
  );
  expect(result).toMatchObject({ status: 'passed', kind: 'validate', proven: { share: 1 } });
  const checks = new Map(result.checks.map(({ name, status, detail }) => [name, [status, detail]]));
  expect(checks.get('data')?.[0]).toBe('passed');
  expect(checks.get('validator')).toEqual(['passed', 'copies: 1']);
  expect(readdirSync(sandbox)).toEqual([]);
});

it('what came back otherwise fails the drill, and only what came back well is proven', async () => {
  const before = new Set(packs());
  writeFileSync(join(data, 'c.bin'), randomBytes(2 * BYTES));
  const id = (await repository.backup({ paths: [data], tenant: 'shop' })).snapshot?.id ?? '';
  const sizes = packs().filter((path) => !before.has(path));
  const largest = sizes.toSorted((a, b) => readFileSync(b).length - readFileSync(a).length)[0] ?? '';
  const bytes = readFileSync(largest);
  for (let at = 1000; at < bytes.length - 1000; at += 97) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  writeFileSync(largest, bytes);
  const result = await runDrill(repository, { kind: 'full', snapshot: id }, options());
  expect(result).toMatchObject({
    status: 'failed',
    proven: { bytes: 4 * BYTES, ofBytes: 6 * BYTES, files: 3, ofFiles: 4 },
  });
  expect(result.problems[0]?.path).toContain('c.bin');
  const events = [];
  for await (const event of book.read()) events.push(event);
  expect(events).toMatchObject([{ name: 'drill.failed', level: 'error', tenant: 'shop', details: { snapshot: id } }]);
  await expect(proofOf(id)).resolves.toMatchObject({
    status: 'failed',
    text: expect.stringMatching(/^last verified 66 % on \d{4}-\d\d-\d\d \(full drill, failed\)$/) as string,
  });
  const validated = await runDrill(repository, { kind: 'validate', snapshot: id }, options());
  expect(validated).toMatchObject({ status: 'failed', proven: { bytes: 4 * BYTES, ofBytes: 6 * BYTES } });
  expect(readdirSync(sandbox)).toEqual([]);
  // The others have nothing in that pack.
  await expect(runDrill(repository, { kind: 'full', snapshot: first }, options())).resolves.toMatchObject({
    status: 'passed',
  });
});

it('a drill for which there is no room is not tried, and nothing is written', async () => {
  const result = await runDrill(repository, { kind: 'full', snapshot: first }, { ...options(), spareBytes: 2 ** 52 });
  expect(result).toMatchObject({ status: 'notTried', restoreMs: null, proven: null, error: { code: 'DRILL_NO_ROOM' } });
  expect(result.room?.neededBytes).toBe(2 ** 52 + BYTES);
  expect(readdirSync(sandbox)).toEqual([]);
  await expect(drillHistory(book)).resolves.toEqual([result]);
});

it('a drill in a folder that can not be is not tried, and says why', async () => {
  const notThere = join(data, 'a.bin', 'below');
  const result = await runDrill(repository, { kind: 'full', snapshot: first }, { ...options(), sandbox: notThere });
  expect(result).toMatchObject({ status: 'notTried', error: { code: 'DRILL_FOLDER_FAILED' } });
});

it('a drill that is ended cleans up, says so in the book, and does not count', async () => {
  const ending = new AbortController();
  const running = runDrill(
    repository,
    { kind: 'validate', snapshot: second },
    {
      ...options(),
      signal: ending.signal,
      validator: ({ signal }) => {
        ending.abort();
        signal?.throwIfAborted();
      },
    },
  );
  await expect(running).rejects.toMatchObject({ code: 'ABORTED' });
  expect(readdirSync(sandbox)).toEqual([]);
  await expect(drillHistory(book)).resolves.toMatchObject([{ status: 'notTried', error: { code: 'ABORTED' } }]);
});

it(
  'what a killed drill has left is swept by the next, and what others have there stays',
  { timeout: 240_000 },
  async () => {
    const script = fileURLToPath(new URL('../fixtures/dying-drill.ts', import.meta.url));
    const child = spawn(process.execPath, [script, store, first, sandbox], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const kept = join(sandbox, 'holdfast-drill-notours');
    writeFileSync(kept, 'no folder of a drill');
    const [left = ''] = readdirSync(sandbox).filter((name) => name !== 'holdfast-drill-notours');
    expect(readdirSync(join(sandbox, left, 'sandbox'))).toHaveLength(1);
    // While it runs, it is let alone.
    await runDrill(repository, { kind: 'full', snapshot: first }, options());
    expect(readdirSync(sandbox)).toContain(left);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await runDrill(repository, { kind: 'full', snapshot: first }, options());
    expect(readdirSync(sandbox)).toEqual(['holdfast-drill-notours']);
    rmSync(kept);
  },
);
