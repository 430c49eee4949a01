import { ledger, memoryStore } from '@x/storage';
import { describe, expect, test } from 'vitest';
import type { ReleaseManager } from '../../src/index.ts';
import { newShop, type Shop } from './shop.ts';

/** Releases that need no files, artefact or commit, as they are about the history alone. */
const bare = { artifact: false, sbom: false } as const;
const light = { commit: false, createdBy: 'ann' } as const;
const at = (day: number): string => new Date(Date.UTC(2026, 3, day)).toISOString();

const onDay = (shop: Shop, day: number): ReleaseManager => shop.manager({ workspace: bare, at: at(day) });

describe('the history', () => {
  test('lists releases newest first, by channel, up to a limit', async () => {
    using shop = newShop();
    await onDay(shop, 1).createRelease({ ...light, version: '1.1.0-beta.1' });
    await onDay(shop, 2).createRelease({ ...light, version: '1.1.0' });
    await onDay(shop, 3).createRelease({ ...light, version: '1.2.0' });
    const manager = shop.manager();
    const versions = async (channel: string, limit?: number): Promise<readonly string[]> =>
      (await manager.history(channel, { limit })).map(({ version }) => version);
    expect(await versions('stable')).toEqual(['1.2.0', '1.1.0']);
    expect(await versions('stable', 1)).toEqual(['1.2.0']);
    expect(await versions('beta')).toEqual(['1.1.0-beta.1']);
    expect((await manager.listReleases()).map(({ version }) => version)).toEqual(['1.2.0', '1.1.0', '1.1.0-beta.1']);
    expect(await manager.metrics('stable')).toMatchObject({
      count: 2,
      perWeek: undefined,
      intervalMs: 24 * 3600 * 1000,
    });
  });

  test('the active release is the highest of its channel that was not yanked', async () => {
    using shop = newShop();
    const manager = onDay(shop, 1);
    expect(await manager.getActiveRelease()).toBeUndefined();
    await manager.createRelease({ ...light, version: '1.1.0' });
    await manager.createRelease({ ...light, version: '1.2.0' });
    expect((await manager.getActiveRelease())?.version).toBe('1.2.0');
    const yanked = await manager.yankRelease('1.2.0', { reason: 'loses bookings', by: 'bob' });
    expect(yanked).toMatchObject({ status: 'yanked', yank: { by: 'bob', reason: 'loses bookings', at: at(1) } });
    expect((await manager.getActiveRelease())?.version).toBe('1.1.0');
    expect(await manager.contents('1.1.0')).toEqual([]);
    // It is marked, not gone.
    expect(await manager.getRelease('1.2.0')).toMatchObject({ status: 'yanked', yank: { reason: 'loses bookings' } });
    await manager.unyankRelease('1.2.0', { reason: 'it was the database' });
    expect((await manager.getActiveRelease())?.version).toBe('1.2.0');
  });

  test('yanking needs a reason and a release', async () => {
    using shop = newShop();
    const manager = onDay(shop, 1);
    await manager.createRelease({ ...light, version: '1.1.0' });
    await expect(manager.yankRelease('1.1.0', { reason: ' ' })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await expect(manager.yankRelease('9.9.9', { reason: 'x' })).rejects.toMatchObject({
      code: 'RELEASE_NOT_FOUND',
      hint: 'The newest are 1.1.0.',
    });
  });

  test('components of one storage have histories of their own', async () => {
    using shop = newShop();
    const one = shop.manager({ workspace: { ...bare, component: '@acme/one' } });
    const two = shop.manager({ workspace: { ...bare, component: 'two' } });
    const release = await one.createRelease({ ...light, version: '3.0.0' });
    expect([release.id, release.tag]).toEqual(['@acme/one@3.0.0', '@acme/one@3.0.0']);
    await two.createRelease({ ...light, version: '3.0.0' });
    expect((await one.listReleases()).map(({ id }) => id)).toEqual(['@acme/one@3.0.0']);
    expect((await two.listReleases()).map(({ id }) => id)).toEqual(['two@3.0.0']);
  });
});

describe('two who release the same version', () => {
  test('at once: one wins, and the other one is told whom to wait for', async () => {
    using shop = newShop();
    const [first, second] = [onDay(shop, 1), onDay(shop, 1)];
    const plans = [
      await first.planRelease({ ...light, version: '1.1.0', tag: false }),
      await second.planRelease({ ...light, version: '1.1.0', tag: false, createdBy: 'bob' }),
    ];
    const ends = await Promise.allSettled([first.createRelease(plans[0]), second.createRelease(plans[1])]);
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const lost = ends.find((end) => end.status === 'rejected');
    expect(['RELEASE_UNDER_WAY', 'RELEASE_EXISTS']).toContain((lost?.reason as { code: string } | undefined)?.code);
    expect(await first.listReleases()).toHaveLength(1);
    expect(await first.runs()).toEqual([]);
  });

  test('one after the other: the second one is told who did', async () => {
    using shop = newShop();
    const manager = onDay(shop, 1);
    await manager.createRelease({ ...light, version: '1.1.0', tag: false });
    await expect(manager.planRelease({ ...light, version: '1.1.0', tag: false })).rejects.toMatchObject({
      code: expect.stringMatching(/^(RELEASE_EXISTS|INVALID_VERSION)$/) as string,
    });
  });
});

describe('a history that was tampered with', () => {
  test('is refused when an entry is gone', async () => {
    using shop = newShop();
    await onDay(shop, 1).createRelease({ ...light, version: '1.1.0' });
    await shop.store.delete(ledger(shop.store, 'releases/one/history').key(1));
    await expect(shop.manager().listReleases()).rejects.toMatchObject({ code: 'INVALID_HISTORY' });
  });

  test('is refused when an entry is not one of ours', async () => {
    using shop = newShop();
    const store = memoryStore();
    await ledger(store, 'releases/one/history').append(new TextEncoder().encode('{"kind":"released"}'));
    await expect(shop.manager({ store }).listReleases()).rejects.toMatchObject({ code: 'INVALID_HISTORY' });
  });

  test('is refused when an entry does not follow the one before', async () => {
    using shop = newShop();
    await onDay(shop, 1).createRelease({ ...light, version: '1.1.0' });
    const other = memoryStore();
    const from = ledger(shop.store, 'releases/one/history');
    const to = ledger(other, 'releases/one/history');
    await to.append(await from.read(1));
    // The release without its claim: it would be number 2, but follows something else.
    await to.append(await from.read(1));
    await expect(shop.manager({ store: other }).listReleases()).rejects.toMatchObject({ code: 'INVALID_HISTORY' });
  });
});
