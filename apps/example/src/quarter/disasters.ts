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
  const { holdfast, clock, hotels, pages, open } = quarter;
  const hotel = open.get('station')?.hotel;
  if (hotel === undefined) throw new Error('Expected the hotel station');
  const { assets } = hotels.places('station');
  const sent = pages.length;
  tell.chapter('Somebody encrypts the pictures of station');
  const harmedMs = clock.now();
  const names = await hotel.assets.list();
  const before = new Map<string, Buffer>();
  for (const name of names) {
    const path = join(assets, name);
    before.set(name, await readFile(path));
    await writeFile(path, randomBytes((before.get(name)?.length ?? 0) + 64));
    await rename(path, `${path}.locked`);
  }
  await liveUntilMorning(quarter);
  const repository = await holdfast.repository();
  tell.check(
    'the backup of the night raises the alarm',
    pages.slice(sent).some((page) => /ransomware suspected at station/i.test(page)),
  );
  const { held } = await holdfast.cleanUp({ dryRun: true });
  tell.check('nothing of station is forgotten from now on', held.join() === 'station');
  const snapshot = await snapshotBefore(quarter, 'station', harmedMs);
  await rm(assets, { recursive: true });
  const path = (await repository.snapshot(snapshot)).sources.find(({ kind }) => kind === 'directory')?.path;
  await repository.restore({ snapshot, path, inPlace: true });
  const after = await Promise.all(
    [...before].map(async ([name, content]) => (await hotel.assets.read(name)).equals(content)),
  );
  tell.check(`all ${before.size} pictures are what they were`, after.every(Boolean));
  const { alerts } = holdfast;
  const watch = createRansomwareWatch({ repository, alerts, clock: () => clock.now() });
  await watch.release('station', { by: 'Ana, on duty', note: 'Restored; the door that was open is closed.' });
  tell.check('a person releases the hold', (await holdfast.cleanUp({ dryRun: true })).held.length === 0);
}

/** The disk of a hotel dies, with its database and its pictures. */
export async function lostDisk(quarter: Quarter, tell: Telling): Promise<void> {
  const { hotels, holdfast, clock, open } = quarter;
  const lost = open.get('seaside')?.hotel;
  if (lost === undefined) throw new Error('Expected the hotel seaside');
  tell.chapter('The disk of seaside dies');
  const stored = await lost.reservations();
  const { database } = hotels.places('seaside');
  await hotels.close('seaside');
  await rm(join(quarter.folder, 'hotels', 'seaside'), { recursive: true });
  const repository = await holdfast.repository();
  const snapshot = await snapshotBefore(quarter, 'seaside', clock.now());
  const began = clock.monotonic();
  const record = await repository.snapshot(snapshot);
  const paths = record.sources.filter(({ kind }) => kind === 'directory').map(({ path }) => path);
  await repository.restore({ snapshot, paths, inPlace: true });
  await restoreDatabase(quarter, snapshot, database);
  const hotel = await hotels.open('seaside');
  open.set('seaside', { hotel, guests: new Guests(hotel) });
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
