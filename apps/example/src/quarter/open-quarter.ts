import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createRepository } from '@x/backup-store';
import { recordsSource, sqliteRecords } from '@x/backup-store/records';
import { sqliteSource } from '@x/backup-store/sqlite';
import { createHoldfast, type BackedUp, type Holdfast } from '@x/operations';
import type { Channel } from '@x/operations/alerts';
import { reportPeriod, type ReportPeriod } from '@x/operations/report';
import { fsStore, memoryStore } from '@x/storage';
import { furnish, Guests } from '../guests.ts';
import { type HotelPlaces, Hotels } from '../hotels.ts';
import type { Hotel } from '../hotel.ts';
import { TABLES } from '../model.ts';
import { RECORDS } from '../protection/hotel-records.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { type SmallDisk, smallDisk } from './small-disk.ts';

/** The hotels of the quarter. */
export const HOTELS = ['seaside', 'mountain', 'station'] as const;

/** A hotel, and those who book there. */
export interface OpenHotel {
  readonly hotel: Hotel;
  readonly guests: Guests;
}

/** Everything that a quarter is lived with. */
export interface Quarter extends AsyncDisposable {
  readonly folder: string;
  /** The next quarter that has not begun: files that are made now are older than all that happens in it. */
  readonly period: ReportPeriod;
  readonly clock: SimulatedClock;
  readonly disk: SmallDisk;
  readonly hotels: Hotels;
  readonly open: Map<string, OpenHotel>;
  readonly holdfast: Holdfast;
  /** What was sent to whoever is on duty, a line each. */
  readonly pages: readonly string[];
}

/** How large it all is. */
export interface QuarterSize {
  readonly rooms: number;
  readonly guests: number;
  readonly assets: number;
}

const PASSPHRASE = 'the quarter of three hotels';
const HOUR_MS = 3_600_000;

/** The quarter that has a moment, in milliseconds since 1970. */
const quarterOf = (ms: number): ReportPeriod =>
  reportPeriod({ kind: 'quarterly', date: new Date(ms).toISOString().slice(0, 10) });

/** What is backed up of a hotel: its rows as records, its pictures, and of the largest the database as a whole. */
function backedUp({ id, database, assets }: HotelPlaces): BackedUp {
  const { source } = sqliteRecords({ database, tables: TABLES.map((table) => ({ table, updatedAt: 'updated_at' })) });
  const whole = id === 'seaside' ? [sqliteSource({ path: database })] : [];
  return { sources: [recordsSource({ name: RECORDS, ...source }), ...whole], paths: [assets], atomic: true };
}

/** Three hotels open, and one configuration looks after them. */
export async function openQuarter(folder: string, size: QuarterSize, { inMemory = false } = {}): Promise<Quarter> {
  const period = quarterOf(quarterOf(Date.now()).toMs);
  const clock = new SimulatedClock(period.fromMs);
  const hotels = new Hotels({ folder: join(folder, 'hotels'), clock: () => clock.now() });
  const open = new Map<string, OpenHotel>();
  for (const id of HOTELS) {
    const hotel = await hotels.open(id);
    await furnish(hotel, size);
    for (let n = 0; n < size.assets; n++) await hotel.assets.write(`room-${n}.svg`, picture(id, n));
    open.set(id, { hotel, guests: new Guests(hotel) });
  }
  const disk = smallDisk(inMemory ? memoryStore() : fsStore(join(folder, 'backups')));
  const cacheDirectory = join(folder, 'cache');
  const made = await createRepository({
    store: disk.store,
    passphrase: PASSPHRASE,
    recoveryCode: false,
    cacheDirectory,
    clock: () => clock.now(),
  });
  await made.repository.close();
  const pages: string[] = [];
  await mkdir(join(folder, 'reports'), { recursive: true });
  const pager: Channel = {
    name: 'pager',
    send: async ({ title }) => {
      pages.push(title);
      await appendFile(join(folder, 'pager.log'), `${new Date(clock.now()).toISOString()} ${title}\n`);
    },
  };
  const holdfast = await createHoldfast({
    state: inMemory ? memoryStore() : join(folder, 'operations'),
    logs: { directory: join(folder, 'logs') },
    repository: { store: disk.store, unlock: { passphrase: PASSPHRASE }, cacheDirectory, performance: { workers: 1 } },
    tenants: Object.fromEntries(
      HOTELS.map((id) => [id, { backup: () => backedUp(hotels.places(id)), critical: id === 'seaside' }]),
    ),
    disks: { measure: async (destination) => ({ destination, ...disk.room() }) },
    // These hotels are small: less than the usual megabyte is much.
    alerts: { channels: [pager], ransomware: { randomBytes: 32 * 1024 } },
    schedule: { look: { everyMs: 12 * HOUR_MS }, prune: { cron: '0 4 * * 0' } },
    reports: { directory: join(folder, 'reports'), kinds: ['weekly', 'monthly', 'quarterly'], title: 'Three hotels' },
    principal: 'night-shift',
    host: 'backup-1',
    clock,
  });
  return {
    folder,
    period,
    clock,
    disk,
    hotels,
    open,
    holdfast,
    pages,
    [Symbol.asyncDispose]: async () => {
      await holdfast.close();
      await hotels[Symbol.asyncDispose]();
    },
  };
}

/** Compresses well, as drawings do. */
function picture(id: string, n: number): Buffer {
  const rows = Array.from(
    { length: 60 },
    (_, row) =>
      `<rect x="${n}" y="${row}" width="${(row * 7 + n) % 90}" height="1" fill="#${((row + 1) * 4097).toString(16)}"/>`,
  );
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><title>${id} ${n}</title>${rows.join('\n')}</svg>`);
}
