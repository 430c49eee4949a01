import { describe, expect, test } from 'vitest';
import type { RepositoryEvent } from '../../src/repository/contract.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, failureOf, filesBelow, newPlace, openAt } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const NOW = { waitMs: 0, fenceAfterMs: 0, maxUnusedPercent: 0 };
const ANN = { by: 'ann', reason: 'case 12' };

describe('tenants', () => {
  test('are added with settings, listed, shown, changed, and read by whoever opens the repository anew', async () => {
    const place = newPlace();
    const events: RepositoryEvent[] = [];
    await using repository = await createAt(place, {
      clock: () => 1_700_000_000_000,
      onEvent: (event) => events.push(event),
    });
    const { tenants } = repository;
    const retention = { keep: { daily: 7, weekly: 4 } };
    const added = await tenants.add('Zoë & Söhne', { quotaBytes: 1_000_000, retention });
    expect(added).toMatchObject({
      name: 'Zoë & Söhne',
      createdAt: '2023-11-14T22:13:20.000Z',
      status: 'active',
      quotaBytes: 1_000_000,
      retention,
      sharesWith: [],
    });
    expect(await tenants.change('Zoë & Söhne', { quotaBytes: 5 })).toMatchObject({ quotaBytes: 5, retention });
    const bare = await tenants.change('Zoë & Söhne', { quotaBytes: null, retention: null });
    expect(bare).toEqual({ ...bare, quotaBytes: undefined, retention: undefined });
    await using again = await openAt(place);
    expect((await again.tenants.list()).map(({ name }) => name)).toEqual(['default', 'Zoë & Söhne']);
    expect(await again.tenants.show('Zoë & Söhne')).toEqual(bare);
    expect(events.map(({ name }) => name)).toEqual([
      'repository.created',
      'tenant.added',
      'tenant.changed',
      'tenant.changed',
    ]);
    expect(await failureOf(tenants.show('nobody'))).toMatchObject({ code: 'TENANT_NOT_FOUND' });
  });

  test('names in any script that are the same after normalisation are one, and those that mislead are none', async () => {
    const place = newPlace();
    await using repository = await createAt(place);
    const { tenants } = repository;
    for (const name of ['hôtel', '宿屋一号', 'отель', 'فندق', 'होटल', 'בית מלון', '🏨 one', 'a'.repeat(128)]) {
      await tenants.add(name);
      expect(await failureOf(tenants.add(name.normalize('NFD')))).toMatchObject({ code: 'TENANT_EXISTS' });
      expect((await tenants.show(name.normalize('NFD'))).name).toBe(name.normalize('NFC'));
      expect(repository.tenant(name.normalize('NFD')).name).toBe(name.normalize('NFC'));
    }
    const bad = ['', 'a'.repeat(129), 'é'.repeat(65), 'a\nb', '\u0000', '\u202eevil', 'a\u2066b', 'a\u200eb'];
    for (const name of [...bad, 'a\u200bb', '\ufeffa', 'a\u2028b', '\ud800', ' a', 'a ']) {
      expect((await failureOf(tenants.add(name))).code, JSON.stringify(name)).toBe('INVALID_OPTION');
      expect(() => repository.tenant(name)).toThrow('Expected a tenant name');
    }
    expect(await tenants.list()).toHaveLength(9);
  });

  test('a backup makes a tenant of a new name until the first one is added by hand, and none after that', async () => {
    const place = newPlace();
    buildTree(place.source, { a: 'a' });
    await using repository = await createAt(place);
    await repository.backup({ paths: [place.source], tenant: 'first' });
    await repository.tenants.add('second');
    const misspelt = repository.backup({ paths: [place.source], tenant: 'secnod' });
    expect(await failureOf(misspelt)).toMatchObject({
      code: 'TENANT_NOT_FOUND',
      hint: expect.stringContaining('default, first, second'),
    });
    await repository.backup({ paths: [place.source], tenant: 'second' });
    expect((await repository.info()).tenants).toEqual(['default', 'first', 'second']);
  });

  test('of two machines that add and change at the same time, nothing is lost', async () => {
    const place = newPlace();
    await using one = await createAt(place);
    await using two = await openAt(place);
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    await Promise.all(names.map(async (name, i) => await (i % 2 === 0 ? one : two).tenants.add(name)));
    await Promise.all(
      names.map(async (name, i) => await (i % 2 === 1 ? one : two).tenants.change(name, { quotaBytes: 9 })),
    );
    const list = await one.tenants.list();
    expect(list.map(({ name }) => name).toSorted()).toEqual([...names, 'default'].toSorted());
    expect(list.filter(({ quotaBytes }) => quotaBytes === 9)).toHaveLength(names.length);
  });

  test.each([
    { quotaBytes: 0 },
    { quotaBytes: -1 },
    { quotaBytes: 1.5 },
    { quotaBytes: Number.NaN },
    { quotaBytes: 'none' as unknown as number },
    { retention: { text: 'x'.repeat(20_000) } },
    { retention: [] as unknown as Record<string, unknown> },
  ])('%o are no settings', async (settings) => {
    await using repository = await createAt(newPlace());
    expect(await failureOf(repository.tenants.add('a', settings))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await repository.tenants.list()).toHaveLength(1);
  });
});

describe('a legal hold', () => {
  test('keeps everything of a tenant, and nothing of the others, until it is released', async () => {
    const place = newPlace();
    const events: RepositoryEvent[] = [];
    await using repository = await createAt(place, { onEvent: (event) => events.push(event) });
    for (const name of ['a', 'b']) {
      await repository.tenants.add(name);
      for (const round of ['1', '2']) {
        buildTree(place.source, { [round]: noise(100_000, name + round) });
        await repository.backup({ paths: [place.source], tenant: name, name: round });
      }
      await repository.tenant(name).forget({ snapshots: ['1'] });
    }
    const { id: label } = await repository.tenants.show('a');
    const ofA = (): string[] => filesBelow(place.store).filter((each) => each.includes(label));
    const before = ofA();
    // Placed by somebody else: whoever has opened the repository before must know of it, too.
    await using other = await openAt(place);
    expect(await other.tenants.hold('a', ANN)).toMatchObject({ status: 'held', hold: ANN });
    const held = { code: 'TENANT_HELD', details: ['ann: case 12'] };
    expect(await failureOf(repository.tenant('a').forget({ snapshots: ['2'] }))).toMatchObject(held);
    expect(await failureOf(repository.forget({ snapshots: ['2'], filter: { tenant: 'a' } }))).toMatchObject(held);
    expect(await failureOf(repository.tenant('a').prune(NOW))).toMatchObject(held);
    expect(await repository.planPrune(NOW)).toMatchObject({ held: ['a'] });
    const pruned = await repository.prune(NOW);
    expect(pruned.held).toEqual(['a']);
    expect(pruned.tenants.map(({ tenant, packsDeleted }) => [tenant, packsDeleted > 0])).toEqual([
      ['default', false],
      ['b', true],
    ]);
    expect(ofA()).toEqual(before);
    // Backups go on.
    await repository.tenant('a').backup({ paths: [place.source] });
    expect(await repository.tenants.release('a', { by: 'bob', reason: 'case closed' })).toMatchObject({
      status: 'active',
    });
    await repository.tenant('a').forget({ snapshots: ['2'] });
    expect((await repository.tenant('a').prune(NOW)).tenants[0]?.packsDeleted).toBeGreaterThan(0);
    expect(await failureOf(repository.tenants.release('a', ANN))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(events.find(({ name }) => name === 'tenant.released')?.details).toEqual({
      tenant: 'a',
      by: 'bob',
      reason: 'case closed',
    });
  });

  test.each([
    { by: '', reason: 'x' },
    { by: 'ann', reason: ' ' },
    { by: 'ann', reason: 'a\nb' },
    { by: 'ann', reason: 'x'.repeat(1025) },
  ])('needs somebody and a reason: %o are none', async (act) => {
    await using repository = await createAt(newPlace());
    expect(await failureOf(repository.tenants.hold('default', act))).toMatchObject({ code: 'INVALID_OPTION' });
  });
});
