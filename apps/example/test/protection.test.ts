import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Repository } from '@x/backup-store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { furnish, Guests } from '../src/guests.ts';
import { Hotels } from '../src/hotels.ts';
import { keepProtected } from '../src/protection/keep-protected.ts';
import { mergeBack } from '../src/protection/merge-back.ts';
import { addHotel, openProtection } from '../src/protection/open-protection.ts';
import { protectHotel } from '../src/protection/protect-hotel.ts';

describe('the protection of hotels', () => {
  let folder: string;
  let hotels: Hotels;
  let repository: Repository;
  const places = (): Parameters<typeof openProtection>[0] => ({
    store: join(folder, 'backups'),
    keyStore: join(folder, 'keys'),
    keyFile: join(folder, 'key'),
    cacheDirectory: join(folder, 'cache'),
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'protection-'));
    hotels = new Hotels({ folder: join(folder, 'hotels') });
    for (const id of ['inn', 'motel']) await furnish(await hotels.open(id), { rooms: 2, guests: 2 });
    const made = await openProtection(places());
    expect(made.recoveryCode).toMatch(/^[0-9A-Z-]+$/);
    await made.repository[Symbol.asyncDispose]();
    ({ repository } = await openProtection(places()));
  });
  afterAll(async () => {
    await repository[Symbol.asyncDispose]();
    await hotels[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test('a merge that nobody agrees to changes nothing', async () => {
    const hotel = hotels.get('inn');
    const made = await new Guests(hotel).bookOne();
    await addHotel(repository, 'inn');
    const { snapshot } = await protectHotel(repository, hotels.places('inn'));
    await hotel.runByHand('DELETE FROM reservations');
    const one = { hotel, places: hotels.places('inn') };
    const options = { snapshot: String(snapshot?.id), rules: {} };
    expect(await mergeBack(repository, one, { ...options, agree: ({ added }) => added !== 1 })).toBeUndefined();
    expect(await hotel.reservations()).toEqual([]);
    expect(await mergeBack(repository, one, { ...options, agree: () => true })).toMatchObject({ changes: 1 });
    expect(await hotel.reservations()).toEqual([made]);
    expect((await repository.snapshots({ tenant: 'inn' })).map(({ kind }) => kind)).toContain('safety');
  });

  test('hotels are backed up round by round; one whose backups were erased gets no new ones, and the others go on', async () => {
    await addHotel(repository, 'inn');
    await repository.tenants.erase('inn', { by: 'the owner', reason: 'the contract ended' });
    const ended = new AbortController();
    const outcomes: (readonly [string, unknown])[] = [];
    await keepProtected(repository, hotels, {
      everyMs: 1,
      signal: ended.signal,
      onDone: (id, { snapshot, error }) => {
        outcomes.push([id, (error as { code?: unknown } | undefined)?.code ?? typeof snapshot]);
        if (outcomes.length === 4) ended.abort();
      },
    });
    const round = [
      ['inn', 'TENANT_ERASED'],
      ['motel', 'string'],
    ];
    expect(outcomes).toEqual([...round, ...round]);
    const snapshots = await repository.tenant('motel').snapshots();
    expect(snapshots.map(({ kind, trigger }) => [kind, trigger])).toEqual([
      ['full', 'scheduled'],
      ['incremental', 'scheduled'],
    ]);
  });
});
