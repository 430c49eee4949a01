import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Repository, TenantHandle } from '../../src/repository/contract.ts';
import { OpenTenantHandle } from '../../src/tenants/tenant-handle.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, failureOf, filesBelow, listOf, newPlace, openAt } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';
import { callsOf, LISTS, NO_SNAPSHOT, noting } from './calls.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };

const place = newPlace(afterAll);
let repository: Repository;
let a: TenantHandle;
let b: TenantHandle;
/** Of a's snapshot. */
let id = '';
let ownOfB = '';

beforeAll(async () => {
  repository = await createAt(place);
  new DatabaseSync(join(place.folder, 'b.db')).exec('CREATE TABLE guests (id INTEGER PRIMARY KEY)');
  await repository.tenants.add('a');
  await repository.tenants.add('b');
  [a, b] = [repository.tenant('a'), repository.tenant('b')];
  buildTree(place.source, { secret: 'of a', folder: { large: noise(300_000, 'both') } });
  const { snapshot } = await a.backup({ paths: [place.source], name: 'only a' });
  id = snapshot?.id ?? '';
  ownOfB = (await b.backup({ paths: [join(place.source, 'folder')], name: 'only b' })).snapshot?.id ?? '';
});

afterAll(async () => await repository.close());

const CALLS = callsOf(place, () => ownOfB);

const REFERENCES: readonly (readonly [string, () => string])[] = [
  ['the id', (): string => id],
  ['the beginning of the id', (): string => id.slice(0, 8)],
  ['the name', (): string => 'only a'],
];

test('every call of a handle, and every function of every face, is one that is looked at here', async () => {
  const { exports } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    exports: Record<string, { source?: string }>;
  };
  // Of a schema there is a path alone.
  const faces = Object.entries(exports).flatMap(([name, { source }]) =>
    // A thread, and the simulator, are no faces of an open repository.
    source?.endsWith('/index.ts') === true && name !== './testing' ? [source] : [],
  );
  expect(faces.length).toBeGreaterThan(10);
  const functions: string[] = [];
  for (const source of faces) {
    const face = (await import(new URL(join('../..', source), import.meta.url).href)) as Record<string, unknown>;
    functions.push(...Object.keys(face).filter((name) => typeof face[name] === 'function'));
  }
  const methods = Object.getOwnPropertyNames(OpenTenantHandle.prototype).filter((name) => name !== 'constructor');
  const known = [...Object.keys(CALLS), ...LISTS, ...Object.keys(NO_SNAPSHOT)];
  expect([...methods, ...functions].filter((name) => !known.includes(name))).toEqual([]);
  const all = new Set([...methods, ...functions, 'diff to']);
  expect(known.filter((name) => !all.has(name))).toEqual([]);
});

describe.each(Object.entries(CALLS))("b's %s", (_, call) => {
  test.each(REFERENCES)("with %s of a's snapshot ends as with one that nobody has", async (_how, refer) => {
    const error: Error & { code: string } = await failureOf(call(b, refer()));
    expect(error.code).toBe('SNAPSHOT_NOT_FOUND');
    const other: Error & { code: string } = await failureOf(call(b, refer().replaceAll(/./g, 'f')));
    expect(other.code).toBe('SNAPSHOT_NOT_FOUND');
    expect(error.message.replaceAll(refer(), '')).toBe(other.message.replaceAll(/f{6,}/g, ''));
    expect(error.message).not.toContain('secret');
  });

  test("an object from elsewhere that names another tenant in the filter still sees b's alone", async () => {
    const foreign = { tenant: 'a' } as object;
    expect(await failureOf(b.snapshot(id, foreign))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
    expect(await b.snapshots(foreign)).toHaveLength(1);
  });
});

describe('lists of a tenant', () => {
  test('hold its own snapshots, entries, findings and figures alone', async () => {
    expect((await a.snapshots()).map((each) => each.id)).toEqual([id]);
    expect((await b.snapshots()).map((each) => each.id)).toEqual([ownOfB]);
    expect((await b.catalog()).map((each) => each.id)).toEqual([ownOfB]);
    expect((await b.timeline()).map(({ record }) => record.id)).toEqual([ownOfB]);
    expect((await b.snapshot('latest')).id).toBe(ownOfB);
    expect(await listOf(b.find({ glob: 'secret' }))).toEqual([]);
    expect(await listOf(a.find({ glob: 'secret' }))).toHaveLength(1);
    expect(await b.stats()).toMatchObject({ tenant: 'b', snapshots: 1 });
    const [checkOfA, checkOfB] = [await a.verify({ level: 'full' }), await b.verify({ level: 'full' })];
    expect([checkOfA, checkOfB]).toMatchObject([
      { status: 'ok', snapshots: 1, coverage: 1 },
      { status: 'ok', snapshots: 1, coverage: 1 },
    ]);
    const labels = (await Promise.all(['a', 'b'].map(async (name) => await repository.tenants.show(name)))).map(
      (each) => each.id,
    );
    const ofBoth = filesBelow(place.store).filter((name) => labels.some((label) => name.includes(label)));
    expect(checkOfA.objects + checkOfB.objects).toBe(ofBoth.length);
  });

  test('b stores again what a has: its dedup knows nothing of it', async () => {
    const { counts } = await b.backup({ paths: [place.source], dryRun: true });
    expect(counts.filesNew).toBe(2);
    expect((await b.stats()).bytesUnique).toBe(300_000);
    expect((await a.stats()).bytesUnique).toBe(300_004);
    const before = filesBelow(place.store).filter((name) => name.startsWith('packs/')).length;
    const { snapshot } = await b.backup({ paths: [place.source] });
    expect(snapshot?.bytes.new).toBe(4);
    expect(filesBelow(place.store).filter((name) => name.startsWith('packs/')).length).toBeGreaterThan(before);
    await b.forget({ snapshots: [snapshot?.id ?? ''] });
  });

  test("a snapshot of a's that was taken away is missed by a, and hides nothing of b's", async () => {
    const { id: label } = await repository.tenants.show('a');
    const name = filesBelow(place.store).find((each) => each.startsWith(`commits/${label}/`)) ?? '';
    const commit = readFileSync(join(place.store, name));
    rmSync(join(place.store, name));
    await using again = await openAt(place);
    expect(await failureOf(again.tenant('a').snapshot('latest'))).toMatchObject({ code: 'SNAPSHOT_MISSING' });
    expect(await again.tenant('a').damaged()).toHaveLength(1);
    expect((await again.tenant('b').snapshot('latest')).id).toBe(ownOfB);
    expect(await again.tenant('b').damaged()).toEqual([]);
    expect(await failureOf(again.tenant('b').snapshot(id))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
    expect(await failureOf(again.tenant('b').forget({ snapshots: [id] }))).toMatchObject({
      code: 'SNAPSHOT_NOT_FOUND',
    });
    writeFileSync(join(place.store, name), commit);
  });
});

describe("a's stored objects in the place of b's", () => {
  test.each(['commits', 'packs', 'index'] as const)('%s: they do not open', async (kind) => {
    const copy = newPlace();
    cpSync(place.store, copy.store, { recursive: true });
    copyFileSync(place.keyFile, copy.keyFile);
    const [labelOfA, labelOfB] = await Promise.all(
      ['a', 'b'].map(async (name) => (await repository.tenants.show(name)).id),
    );
    const named = (label: string | undefined): string[] =>
      filesBelow(copy.store).filter((name) => name.startsWith(`${kind}/${label}/`));
    const [source = ''] = named(labelOfA);
    // In the place of an object of b's, and under the very name that it has at a.
    for (const target of [...named(labelOfB), source.replace(labelOfA ?? '', labelOfB ?? '')]) {
      mkdirSync(dirname(join(copy.store, target)), { recursive: true });
      copyFileSync(join(copy.store, source), join(copy.store, target));
    }
    await using opened = await openAt({ ...copy, cache: join(copy.folder, 'fresh') });
    const handle = opened.tenant('b');
    const target = join(copy.folder, 'back');
    if (kind === 'commits') {
      expect((await handle.damaged()).map(({ code }) => code)).toContain('OBJECT_DAMAGED');
      expect(await handle.snapshots()).toEqual([]);
    } else if (kind === 'packs') {
      const outcome = await handle
        .restore({ snapshot: 'latest', to: target })
        .then(({ problems }) => problems.map(({ code }) => code))
        .catch((error: unknown) => [(error as { code: string }).code]);
      expect(outcome.length).toBeGreaterThan(0);
      for (const code of outcome) expect(['OBJECT_DAMAGED', 'BLOB_MISSING', 'OBJECT_TRUNCATED']).toContain(code);
    } else {
      await handle.stats();
      expect((await handle.damaged()).map(({ code }) => code)).toContain('OBJECT_DAMAGED');
    }
    expect(await listOf(handle.find({ glob: 'secret' })).catch(() => [])).toEqual([]);
    // The other way round nothing has changed.
    expect((await opened.tenant('a').snapshots()).map((each) => each.id)).toEqual([id]);
  });
});

test('a handle of a name that no tenant has fails at every call, and a backup by it makes none', async () => {
  const nobody = repository.tenant('bb');
  const calls: Promise<unknown>[] = [
    nobody.snapshots(),
    nobody.timeline(),
    nobody.catalog(),
    nobody.damaged(),
    nobody.verify(),
    nobody.stats(),
    nobody.prune(NOW),
    nobody.planPrune(),
    nobody.backup({ paths: [place.source] }),
    listOf(nobody.find({ glob: '*' })),
    ...Object.values(CALLS).map(async (call) => await call(nobody, 'latest')),
  ];
  const codes = await Promise.all(calls.map(async (call) => (await failureOf(call)).code));
  expect(new Set(codes)).toEqual(new Set(['TENANT_NOT_FOUND']));
  expect((await repository.tenants.list()).map(({ name }) => name)).toEqual(['default', 'a', 'b']);
});

test("b's prune leaves everything of a's", async () => {
  const { id: label } = await repository.tenants.show('a');
  const ofA = (): string[] => filesBelow(place.store).filter((name) => name.includes(label));
  const before = ofA();
  expect((await b.prune(NOW)).tenants.map(({ tenant }) => tenant)).toEqual(['b']);
  expect((await b.planPrune(NOW)).tenants.map(({ tenant }) => tenant)).toEqual(['b']);
  expect(ofA()).toEqual(before);
});

test("what a restore into a place reads is the tenant's own, and so is its safety snapshot", async () => {
  const calls: string[] = [];
  const failure = await failureOf(
    b.restoreInto({
      snapshot: ownOfB,
      ...noting(place.source, calls, async ({ repository: read }) => void (await listOf(read.entries(id)))),
    }),
  );
  expect(failure).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
  const validate = (): never => {
    throw new Error('no');
  };
  expect(await failureOf(b.restoreInto({ snapshot: ownOfB, ...noting(place.source, calls), validate }))).toMatchObject({
    code: 'RESTORE_ROLLED_BACK',
  });
  expect(calls).toEqual(['restore', 'restore', 'back to b']);
  expect((await a.snapshots({ kinds: ['safety'] })).length).toBe(0);
});

test('an unfinished restore is told of to its tenant alone, and only that one can go back', async () => {
  const guarded = noting(place.source, []);
  const goBack = (): never => {
    throw new Error('not now');
  };
  const broken = { ...guarded, place: { ...guarded.place, goBack }, validate: goBack };
  expect(await failureOf(a.restoreInto({ snapshot: id, ...broken }))).toMatchObject({ code: 'ROLLBACK_FAILED' });
  const [unfinished] = await a.unfinishedRestores();
  expect(await b.unfinishedRestores()).toEqual([]);
  const [at, { place: nothing }] = [unfinished?.id ?? '', guarded];
  expect(await failureOf(b.rollBack(at, { place: nothing }))).toMatchObject({ code: 'INVALID_OPTION' });
  expect(await a.rollBack(at, { place: nothing })).toMatchObject({ status: 'ok' });
  expect(await a.unfinishedRestores()).toEqual([]);
});

test("a safe restore of a tenant saves what is there as that tenant's, and goes back", async () => {
  const file = join(place.source, 'secret');
  writeFileSync(file, 'newer');
  const validate = (): never => {
    throw new Error('no');
  };
  const result = await a.restoreSafely({ snapshot: id, path: file, overwrite: 'always', validate });
  expect(result.status).toBe('rolled-back');
  expect(readFileSync(file, 'utf8')).toBe('newer');
  expect((await a.snapshot(result.safetySnapshot ?? '')).tenant.name).toBe('a');
  expect(await failureOf(b.snapshot(result.safetySnapshot ?? ''))).toMatchObject({ code: 'SNAPSHOT_NOT_FOUND' });
});
