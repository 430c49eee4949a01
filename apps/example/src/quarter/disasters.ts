import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { restoreSqlite } from '@x/backup-store/sqlite';
import { createRansomwareWatch } from '@x/operations/alerts';
import { Guests } from '../guests.ts';
import type { Telling } from '../story/telling.ts';
import { liveUntilMorning } from './live.ts';
import type { Quarter } from './open-quarter.ts';

/** The last snapshot of a hotel that was made before a moment, in milliseconds since 1970. */
async function snapshotBefore({ holdfast }: Quarter, tenant: string, ms: number): Promise<string> {
  const repository = await holdfast.repository();
  const all = await repository.tenant(tenant).timeline();
  const found = all.findLast(({ madeMs, record }) => madeMs < ms && record.kind !== 'safety');
  if (found === undefined) throw new Error(`Expected a snapshot of ${tenant}`);
  return found.record.id;
}

/** Somebody encrypts the pictures of a hotel in the afternoon. The next night notices, keeps what there is, and the morning after all is brought back. */
export async function ransomware(quarter: Quarter, tell: Telling): Promise<void> {
  const { holdfast, clock, pages, open } = quarter;
  const hotel = open.get('station');
  if (hotel === undefined) throw new Error('Expected the hotel station');
  tell.chapter('Somebody encrypts the pictures of station');
  const harmedMs = clock.now();
  const names = await hotel.hotel.assets.list();
  const before = new Map<string, Buffer>();
  for (const name of names) {
    const path = join(hotel.places.assets, name);
    before.set(name, await readFile(path));
    await writeFile(path, randomBytes((before.get(name)?.length ?? 0) + 64));
    await rename(path, `${path}.locked`);
  }
  await liveUntilMorning(quarter);
  const repository = await holdfast.repository();
  const { hold } = await repository.tenants.show('station');
  tell.check(
    'the backup of the night raises the alarm',
    pages.some((page) => /ransomware/i.test(page)),
  );
  tell.check('nothing of station is forgotten from now on', hold !== undefined);
  const snapshot = await snapshotBefore(quarter, 'station', harmedMs);
  await rm(hotel.places.assets, { recursive: true });
  const path = (await repository.snapshot(snapshot)).sources.find(({ kind }) => kind === 'directory')?.path;
  await repository.restore({ snapshot, path, inPlace: true });
  const after = await Promise.all(
    [...before].map(async ([name, content]) => (await hotel.hotel.assets.read(name)).equals(content)),
  );
  tell.check(`all ${before.size} pictures are what they were`, after.every(Boolean));
  const { alerts } = holdfast;
  const watch = createRansomwareWatch({ repository, alerts, clock: () => clock.now() });
  await watch.release('station', { by: 'Ana, on duty', note: 'Restored; the door that was open is closed.' });
  tell.check('a person releases the hold', (await repository.tenants.show('station')).hold === undefined);
}

/** The disk of a hotel dies, with its database and its pictures. */
export async function lostDisk(quarter: Quarter, tell: Telling): Promise<void> {
  const { hotels, holdfast, clock, open } = quarter;
  const lost = open.get('seaside');
  if (lost === undefined) throw new Error('Expected the hotel seaside');
  tell.chapter('The disk of seaside dies');
  const stored = await lost.hotel.reservations();
  const { places } = lost;
  await hotels.close('seaside');
  await rm(join(quarter.folder, 'hotels', 'seaside'), { recursive: true });
  const repository = await holdfast.repository();
  const snapshot = await snapshotBefore(quarter, 'seaside', clock.now());
  const began = clock.monotonic();
  const record = await repository.snapshot(snapshot);
  const paths = record.sources.filter(({ kind }) => kind === 'directory').map(({ path }) => path);
  await repository.restore({ snapshot, paths, inPlace: true });
  await restoreDatabase(quarter, snapshot, places.database);
  const hotel = await hotels.open('seaside');
  open.set('seaside', { hotel, guests: new Guests(hotel), places: hotels.places('seaside') });
  const back = new Set((await hotel.reservations()).map(({ id }) => id));
  const madeMs = Date.parse(record.startedAt);
  const promised = stored.filter(({ updatedAt }) => updatedAt < madeMs);
  tell.check(
    `all ${promised.length} reservations up to the last backup are back`,
    promised.every(({ id }) => back.has(id)),
  );
  tell.say(
    `${stored.length - promised.length} since then are lost, as the objective of 24 hours allows; it took ${Math.round(clock.monotonic() - began)} ms`,
  );
}

async function restoreDatabase({ holdfast }: Quarter, snapshot: string, database: string): Promise<void> {
  const repository = await holdfast.repository();
  const source = (await repository.snapshot(snapshot)).sources.find(({ kind }) => kind === 'sqlite');
  if (source === undefined) throw new Error('Expected a database in the snapshot');
  await mkdir(dirname(database), { recursive: true });
  await restoreSqlite({ to: database, read: repository.read(snapshot, { path: source.path }) });
}
