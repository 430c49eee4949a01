import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { exportZip, importZip, verifyZip } from '../../src/archive/index.ts';
import type { Progress } from '../../src/repository/contract.ts';
import type { SnapshotRecord, SnapshotSource } from '../../src/snapshots/record.ts';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { createAt, failureOf, listOf, newPlace, restored } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';
import { exported, manifestOf, originOf } from './archives.ts';

const run = promisify(execFile);

/** What is the same in every repository: chunk borders, and what follows from them, are not. */
const stable = (source: SnapshotSource): unknown => ({
  ...source,
  catalog: undefined,
  treeSha256: undefined,
  contentSha256: undefined,
});

test('what is exported, imported elsewhere and restored is what was backed up, and is exported as the same entries', async () => {
  const origin = await originOf();
  const { path, files, bytes, manifestSha256 } = await exported(origin);
  const other = newPlace();
  const repository = await createAt(other);
  const report = await importZip({ repository, from: path, tenant: 'guests', manifestSha256 });
  expect(report).toMatchObject({ files, bytes, encrypted: false, manifestSha256 });
  expect(report.imported).toMatchObject({
    name: 'nightly',
    note: 'n',
    tags: [`imported=${origin.record.id}`, 'x'],
    tenant: { name: 'guests' },
    status: 'ok',
  });
  expect(report.imported).toMatchObject({ software: origin.record.software, modules: [{ name: 'assets' }] });
  expect(report.imported.sources.map(stable)).toEqual(origin.record.sources.map(stable));
  await repository.restore({ snapshot: report.imported.id, to: other.out });
  expect(compareTrees(origin.place.source, restored(other, origin.place.source))).toEqual([]);
  expect(readFileSync(join(other.out, 'db/shop.sql'), 'utf8')).toBe('CREATE TABLE a ();\n');
  const again = join(other.folder, 'again.zip');
  await exportZip({ repository, snapshot: report.imported.id, to: again });
  const [first, second] = [await manifestOf(path), await manifestOf(again)];
  expect([second.entries, second.sources, second.totals]).toEqual([first.entries, first.sources, first.totals]);
  await repository.close();
});

test.each(['store', 'deflate'] as const)(
  'the same snapshot gives the same bytes, to a file or a stream: %s',
  async (compression) => {
    const origin = await originOf();
    const { path, sha256, size } = await exported(origin, 'a.zip', { compression });
    const pieces: Buffer[] = [];
    const to = new Writable({
      highWaterMark: 1000,
      write(piece: Buffer, _encoding, done) {
        pieces.push(piece);
        setImmediate(done);
      },
    });
    const streamed = await exportZip({ repository: origin.repository, snapshot: 'nightly', to, compression });
    const bytes = readFileSync(path);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    expect(streamed).toMatchObject({ sha256, size: bytes.length });
    expect(size).toBe(bytes.length);
    expect((await verifyZip(path)).snapshot.id).toBe(origin.record.id);
  },
);

test('content that does not shrink is stored, and what does is smaller', async () => {
  const origin = await originOf();
  const stored = await exported(origin, 'stored.zip', { compression: 'store' });
  const deflated = await exported(origin, 'deflated.zip');
  expect(stored.size).toBeGreaterThan(stored.bytes);
  expect(deflated.size).toBeLessThan(stored.size / 2);
});

test('an archive is deflated at level 9 unless another is asked for, and a level that is none is refused', async () => {
  const origin = await originOf();
  const sizes = await Promise.all(
    ([undefined, 9, 1] as const).map(async (level) => (await exported(origin, `level-${level}.zip`, { level })).size),
  );
  expect(sizes[0]).toBe(sizes[1]);
  expect(sizes[2]).toBeGreaterThan(sizes[0] ?? Infinity);
  const none = await failureOf(exported(origin, 'none.zip', { level: 0 as 1 }));
  expect(none.code).toBe('INVALID_OPTION');
});

test('an archive is imported with the profile maximum, unless another is asked for', async () => {
  const { path } = await exported(await originOf({ a: 'text '.repeat(1000) }, {}));
  const repository = await createAt(newPlace());
  expect((await importZip({ repository, from: path })).imported.compression).toBe('maximum');
  expect((await importZip({ repository, from: path, compression: 'fast' })).imported.compression).toBe('fast');
});

test("the manifest has its JSON Schema's form, all entries, and what ZIP can't say", async () => {
  const origin = await originOf();
  const { path, entries } = await exported(origin);
  const manifest = await manifestOf(path);
  const schema = (name: string): object =>
    JSON.parse(readFileSync(new URL(`../../schema/${name}.schema.json`, import.meta.url), 'utf8')) as object;
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, formats: { 'date-time': true } });
  ajv.addSchema(schema('snapshot'), 'snapshot.schema.json');
  const validate = ajv.compile(schema('archive'));
  expect(validate(manifest) ? [] : validate.errors).toEqual([]);
  const seen = await listOf(origin.repository.entries(origin.record.id));
  expect(manifest.entries).toHaveLength(entries);
  expect(seen).toHaveLength(entries);
  const at = (end: string): unknown => manifest.entries.find((entry) => (entry as { path: string }).path.endsWith(end));
  expect(at('/a.txt')).toMatchObject({ mtimeNs: '1700000000123456789', mode: 0o640, kind: 'file', size: 6 });
  expect(at('/b.txt')).toMatchObject({ hardLinkTo: expect.stringMatching(/\/a\.txt$/) as string });
  expect(at('/holes')).toMatchObject({ sparse: true });
  expect(at('/caf\ufffd')).toMatchObject({
    pathBase64: expect.any(String) as string,
    name: expect.stringMatching(/^holdfast-backup\.names\/\d{8}$/) as string,
  });
  expect(at('/readme')).toHaveProperty('name');
  expect(at('/README')).not.toHaveProperty('name');
});

test('a part of a snapshot is exported with the folders above it', async () => {
  const origin = await originOf();
  const { path } = await exported(origin, 'part.zip', { include: ['run.sh'] });
  const names = (await manifestOf(path)).entries.map((entry) =>
    (entry as { path: string }).path.slice(origin.place.source.length - 1),
  );
  expect(names).toEqual(['', '/folder', '/folder/run.sh']);
  const repository = await createAt(newPlace());
  expect((await importZip({ repository, from: path })).imported.files.total).toBe(1);
  const nothing = await failureOf(exported(origin, 'nothing.zip', { include: ['no such name'] }));
  expect(nothing.code).toBe('PATH_NOT_FOUND');
  expect(readdirSync(origin.place.folder).filter((name) => name.startsWith('nothing'))).toEqual([]);
});

test('a tenant’s handle exports its newest snapshot and imports to the tenant', async () => {
  const { place, repository } = await originOf();
  const [from, to] = [repository.tenant('one'), repository.tenant('other')];
  for (const name of ['one', 'other']) await repository.tenants.add(name);
  const { snapshot } = await from.backup({ paths: [join(place.source, 'a.txt')] });
  const path = join(place.folder, 'one.zip');
  expect(await exportZip({ repository: from, snapshot: 'latest', to: path })).toMatchObject({ snapshot: snapshot?.id });
  const { imported } = await importZip({ repository: to, from: path });
  expect((await to.snapshots()).map(({ id }) => id)).toEqual([imported.id]);
});

test('an import tells from its beginning what there is to do', async () => {
  const origin = await originOf();
  const { path, files, bytes } = await exported(origin);
  const repository = await createAt(newPlace());
  const told: Progress[] = [];
  await importZip({ repository, from: path, onProgress: (progress) => told.push(progress) });
  expect(new Set(told.map(({ bytesTotal, filesTotal }) => `${filesTotal} ${bytesTotal}`))).toEqual(
    new Set([`${files} ${bytes}`]),
  );
  expect(told[0]?.bytesDone).toBeLessThan(bytes);
  expect(told.at(-1)).toMatchObject({ filesDone: files, bytesDone: bytes });
});

test('an export replaces nothing, and one that is ended leaves nothing', async () => {
  const origin = await originOf();
  await exported(origin);
  expect((await failureOf(exported(origin))).code).toBe('ALREADY_EXISTS');
  const ended = new AbortController();
  const onProgress = (): void => ended.abort();
  const failure = await failureOf(exported(origin, 'b.zip', { signal: ended.signal, onProgress }));
  expect(failure.code).toBe('ABORTED');
  expect(readdirSync(origin.place.folder).filter((name) => name.includes('zip'))).toEqual(['a.zip']);
});

test('unzip and Python open what was exported, and find no fault', async ({ skip }) => {
  const origin = await originOf();
  const { path } = await exported(origin);
  const found = await run('unzip', ['-tqq', path]).catch((error: NodeJS.ErrnoException) => error);
  if ((found as NodeJS.ErrnoException).code === 'ENOENT') return skip('unzip is not there');
  expect(found).not.toBeInstanceOf(Error);
  const script =
    'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(len(z.namelist()))';
  const { stdout } = await run('python3', ['-c', script, path]);
  expect(Number(stdout)).toBe((await manifestOf(path)).entries.length + 1);
});

test('a checkpoint is not exported where its contents are absent', async () => {
  const place = newPlace();
  buildTree(place.source, { same: 'same', changed: 'before' });
  // Files that are as young as the backup are read again by the next one: by this clock they are older.
  const repository = await createAt(place, { clock: () => Date.now() + 1000 });
  await repository.backup({ paths: [place.source] });
  buildTree(place.source, { changed: 'and after' });
  const { snapshot } = await repository.backup({ paths: [place.source], kind: 'checkpoint' });
  const what = { repository, snapshot: (snapshot as SnapshotRecord).id, to: join(place.folder, 'out.zip') };
  expect(await failureOf(exportZip(what))).toMatchObject({ code: 'CONTENT_ABSENT' });
  expect(readdirSync(place.folder).filter((name) => name.includes('out.zip'))).toEqual([]);
  expect(await exportZip({ ...what, exclude: ['changed'] })).toMatchObject({ files: 1 });
  expect(await verifyZip(what.to)).toMatchObject({ files: 1 });
});
