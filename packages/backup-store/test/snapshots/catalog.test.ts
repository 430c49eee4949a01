import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { FACTS_KEPT_MS, stillRemembered } from '../../src/session/remembered.ts';
import { type ForgottenSnapshot, factsOf } from '../../src/snapshots/facts.ts';
import { createAt, newPlace, openAt } from '../fixtures/place.ts';
import { recordOf } from '../fixtures/records.ts';
import { sourceOf } from '../fixtures/stream-source.ts';
import { buildTree } from '../fixtures/tree.ts';

const DAY = 86_400_000;

it('the catalog has modules, checksums, kinds and sizes, filtered by each', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'aaa' });
  const repository = await createAt(place);
  const one = (await repository.backup({ paths: [place.source], sources: [sourceOf('shop', { '': 'x' })] })).snapshot;
  const two = (await repository.backup({ paths: [place.source], tenant: 'other', kind: 'checkpoint' })).snapshot;
  const entries = await repository.catalog();
  expect(entries).toMatchObject([
    {
      id: one?.id,
      kind: 'full',
      manifestSha256: one?.manifestSha256,
      bytes: one?.bytes,
      checks: [],
      sources: [
        { path: 'shop', kind: 'made', treeSha256: one?.sources[0]?.treeSha256 },
        { root: place.source, treeSha256: one?.sources[1]?.treeSha256, files: 1, bytes: 3 },
      ],
    },
    { id: two?.id, kind: 'checkpoint' },
  ]);
  const idsOf = async (filter: Parameters<typeof repository.catalog>[0]): Promise<string[]> =>
    (await repository.catalog(filter)).map(({ id }) => id);
  expect(await idsOf({ kinds: ['checkpoint'] })).toEqual([two?.id]);
  expect(await idsOf({ tenant: 'default' })).toEqual([one?.id]);
  expect(await idsOf({ module: 'sh*' })).toEqual([one?.id]);
  expect(await idsOf({ module: place.source })).toEqual([one?.id, two?.id]);
  expect(await idsOf({ module: 'nowhere' })).toEqual([]);
});

it('the catalog says when each snapshot was last checked, once for each level, and whether it is damaged', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'aaa' });
  let now = Date.parse('2026-11-26T14:00:00Z');
  const repository = await createAt(place, { clock: () => now });
  await repository.backup({ paths: [place.source], name: 'one' });
  await repository.verify({ level: 'full' });
  now += DAY;
  await repository.backup({ paths: [place.source], name: 'two' });
  await repository.verify({ snapshot: 'two' });
  const [one, two] = await (await openAt(place)).catalog();
  expect(one?.checks).toEqual([
    { level: 'full', at: '2026-11-26T14:00:00.000Z', status: 'ok', coverage: expect.any(Number) },
  ]);
  expect(two?.checks).toMatchObject([{ level: 'structure', at: '2026-11-27T14:00:00.000Z' }]);
  now += DAY;
  const packs = join(place.store, 'packs');
  for (const name of readdirSync(packs, { recursive: true, encoding: 'utf8' }).filter((each) =>
    /[0-9a-f]{16}\/[0-9a-f]{32}\/[0-9a-f]{16}$/.test(each),
  )) {
    const bytes = readFileSync(join(packs, name));
    for (const at of [200, bytes.length >> 1]) bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(join(packs, name), bytes);
  }
  await repository.verify({ level: 'full' });
  const [damaged] = await repository.catalog();
  expect(damaged?.checks).toMatchObject([{ level: 'full', at: '2026-11-28T14:00:00.000Z', status: 'damaged' }]);
});

it('a forgotten snapshot stays known, also after its contents are gone, for 90 days at least', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'aaa' });
  let now = Date.parse('2026-11-26T14:00:00Z');
  const repository = await createAt(place, { clock: () => now });
  const one = (await repository.backup({ paths: [place.source], name: 'one' })).snapshot;
  await repository.verify();
  const round = async (name: string): Promise<void> => {
    writeFileSync(join(place.source, 'a'), name);
    await repository.backup({ paths: [place.source], name });
    expect((await repository.prune({ maxUnusedPercent: 0 })).status).toBe('ok');
  };
  await repository.forget({ snapshots: ['one'] });
  const expected = {
    id: one?.id,
    name: 'one',
    forgottenAt: '2026-11-26T14:00:00.000Z',
    manifestSha256: one?.manifestSha256,
    checks: [{ level: 'structure', at: '2026-11-26T14:00:00.000Z', status: 'ok' }],
    sources: [{ root: place.source, treeSha256: one?.sources[0]?.treeSha256 }],
  };
  expect(await repository.catalog({ name: 'one' })).toMatchObject([expected]);
  expect(await repository.catalog({ name: 'one', forgotten: false })).toEqual([]);
  await round('two');
  await round('three');
  expect(readdirSync(join(place.store, 'forget', one?.tenant.id ?? ''))).toEqual([]);
  expect(await (await openAt(place)).catalog({ name: 'one' })).toMatchObject([expected]);
  expect((await repository.verify({ level: 'full' })).findings).toEqual([]);
  now += 89 * DAY;
  await round('four');
  await repository.forget({ snapshots: ['four'] });
  await round('five');
  expect(await repository.catalog({ name: 'one' })).toMatchObject([expected]);
  now += 2 * DAY;
  await round('six');
  await repository.forget({ snapshots: ['five'] });
  await round('seven');
  expect(await repository.catalog({ name: 'one' })).toEqual([]);
});

it('facts of forgotten snapshots do not go by a clock alone, whichever way it is wrong', () => {
  const forgotten: ForgottenSnapshot[] = [
    { facts: factsOf(recordOf(), 0), forgottenAt: new Date(0).toISOString(), checks: [] },
  ];
  const days = fc.integer({ min: -1000, max: 100_000 });
  fc.assert(
    fc.property(days, days, (clock, newest) => {
      const left = stillRemembered(forgotten, { nowMs: clock * DAY, newestMs: newest * DAY });
      expect(left.length === 0).toBe(Math.min(clock, newest) * DAY > FACTS_KEPT_MS);
    }),
  );
});

it('the catalog says until when each snapshot is kept and why, by the policy of its own tenant', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'aaa' });
  let now = Date.parse('2026-11-01T12:00:00Z');
  const repository = await createAt(place, { clock: () => now });
  await repository.tenants.add('inn', { retention: { name: 'nightly', within: '30d' } });
  await repository.tenants.add('annex', { sharesWith: 'inn', retention: { last: 1 } });
  await repository.tenants.add('bare');
  for (const name of ['first', 'second']) {
    for (const tenant of ['inn', 'annex', 'bare']) await repository.backup({ paths: [place.source], tenant, name });
    now += DAY;
  }
  const of = async (tenant: string): Promise<unknown[]> =>
    (await repository.tenant(tenant).catalog({ retention: { timeZone: 'UTC' } })).map(({ retention }) => retention);
  expect(await of('inn')).toMatchObject([
    {
      keep: true,
      until: '2026-12-01T12:00:00.001Z',
      by: 'tenant',
      reason: expect.stringContaining('not older than 30d ("nightly")'),
    },
    { keep: true, by: 'tenant', reason: expect.stringContaining('latest good one') },
  ]);
  expect(await of('annex')).toMatchObject([
    {
      keep: false,
      by: 'tenant',
      reason: expect.stringMatching(/^It is removed: .*"that of tenant annex".* [0-9a-f]{8} remains/),
    },
    { keep: true, by: 'tenant' },
  ]);
  const kept = { keep: true, by: 'nothing' };
  expect(await of('bare')).toMatchObject([kept, kept]);
  const asked = await repository.catalog({ name: 'first', retention: { policies: [{ last: 1 }], timeZone: 'UTC' } });
  expect(asked.map(({ retention: { keep, by } }) => `${keep} ${by}`)).toEqual(Array(3).fill('false asked'));
  const defaults = { defaults: (tenant: string) => (tenant === 'bare' ? [{ last: 1 }] : []), timeZone: 'UTC' };
  const [bare] = await repository.catalog({ tenant: 'bare', retention: defaults });
  expect(bare?.retention).toMatchObject({ keep: false, by: 'default' });
  await repository.tenants.hold('annex', { by: 'Ann', reason: 'a case' });
  const held = { keep: true, by: 'hold', reason: expect.stringMatching(/Ann .* a case/) as string };
  expect(await of('annex')).toMatchObject([held, held]);
});

it('of a forgotten snapshot the catalog says when it was, and until when it is known', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'aaa' });
  const now = Date.parse('2026-11-01T12:00:00Z');
  const repository = await createAt(place, { clock: () => now });
  await repository.backup({ paths: [place.source], name: 'one' });
  await repository.forget({ snapshots: ['one'] });
  const [gone] = await repository.catalog();
  expect(gone?.retention).toEqual({
    keep: false,
    until: '2026-11-01T12:00:00.000Z',
    by: 'forgotten',
    reason: 'It was forgotten, and is known until 2027-01-30T12:00:00.000Z at least.',
  });
});

it('a stored policy that is none keeps everything and says so, one that is asked about is refused', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'aaa' });
  const repository = await createAt(place);
  await repository.tenants.add('inn', { retention: { daily: 'often' } });
  await repository.backup({ paths: [place.source], tenant: 'inn' });
  const [entry] = await repository.catalog();
  expect(entry?.retention).toMatchObject({
    keep: true,
    by: 'tenant',
    reason: expect.stringContaining("can't be read"),
  });
  const asked = repository.catalog({ retention: { policies: [{ daily: 'often' } as never] } });
  await expect(asked).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});
