import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportData } from '@x/operations/report';
import { Telling } from '../story/telling.ts';
import { lostDisk, ransomware } from './disasters.ts';
import { fullDisk } from './full-disk.ts';
import { bookAll, liveDay, liveUntil } from './live.ts';
import { HOTELS, openQuarter, type Quarter, type QuarterSize } from './open-quarter.ts';

/** What {@link runQuarter} works with. */
export interface RunQuarterOptions {
  /** An empty folder: hotels, backups, reports and all that is remembered are put below it. */
  readonly folder: string;
  readonly size: QuarterSize;
  /** Reservations a day at each hotel. */
  readonly bookings: number;
  /** Backups and what is remembered are kept in memory: faster, and gone in the end. */
  readonly inMemory?: boolean | undefined;
  readonly write: (line: string) => void;
}

/** What the quarter came to. */
export interface QuarterLived {
  /** Claims that were checked, all of which held. */
  readonly claims: number;
  /** The report of the quarter. */
  readonly report: ReportData;
  /** Its page. */
  readonly page: string;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Days of the quarter on which something happens. */
const RANSOMWARE_DAY = 24;
const LOST_DISK_DAY = 47;
const FULL_DISK_DAY = 66;

/**
 * Lives a quarter in minutes: a virtual clock, real hotels, real backups, two disasters and a full disk. Holds what the report says of it against what
 * has happened.
 *
 * @throws {ClaimFailed} where something is not as it is told.
 */
export async function runQuarter({
  folder,
  size,
  bookings,
  inMemory,
  write,
}: RunQuarterOptions): Promise<QuarterLived> {
  const tell = new Telling(write);
  await using quarter = await openQuarter(folder, size, { inMemory });
  const { fromMs, toMs, days } = quarter.period;
  const day = (): number => Math.floor((quarter.clock.now() - fromMs) / DAY_MS);
  tell.chapter(`A quarter of ${days.length} days begins`);
  const liveUntilDay = async (until: number): Promise<void> => {
    while (day() < until) await liveDay(quarter, bookings);
    tell.say(`day ${until}: ${(await quarter.holdfast.dashboard()).tenant_backups.total_count} backups`);
  };
  await liveUntilDay(RANSOMWARE_DAY);
  await liveUntil(quarter, quarter.clock.now() + 15 * HOUR_MS);
  await ransomware(quarter, tell);
  await liveUntilDay(LOST_DISK_DAY);
  await liveUntil(quarter, quarter.clock.now() + 12 * HOUR_MS);
  await bookAll(quarter, bookings);
  await liveUntil(quarter, quarter.clock.now() + 4 * HOUR_MS);
  await lostDisk(quarter, tell);
  await liveUntilDay(FULL_DISK_DAY);
  const { failed } = await fullDisk(quarter, tell, bookings);
  await liveUntilDay(days.length);
  // The report of the quarter is written on the morning after it.
  await liveUntil(quarter, toMs + 9 * HOUR_MS);
  return { ...(await readReport(quarter, tell, failed)), claims: tell.claims };
}

/** What the report says, held against what has happened. */
async function readReport(
  { folder, holdfast, period }: Quarter,
  tell: Telling,
  failed: number,
): Promise<Pick<QuarterLived, 'report' | 'page'>> {
  tell.chapter('The report of the quarter');
  const path = (ending: string): string => join(folder, 'reports', `${period.name}.${ending}`);
  const report = JSON.parse(await readFile(path('json'), 'utf8')) as ReportData;
  const page = await readFile(path('html'), 'utf8');
  for (const { text } of report.summary) tell.say(text);
  const days = period.days.length;
  const { backups, restores, drills, others } = report;
  tell.check(
    `it counts ${days} nights at three hotels, ${failed} of them failed`,
    backups?.total.failed === failed && backups.total.made === days * HOTELS.length - failed,
  );
  tell.check(
    'it tells of the restores after both disasters, and of no other',
    restores?.map(({ tenant, outcome }) => `${tenant} ${outcome}`).join() === 'station ok,seaside ok',
  );
  tell.check(
    'it tells of restores that were tried for each hotel',
    HOTELS.every((hotel) => drills?.some(({ tenant }) => tenant === hotel) === true),
  );
  tell.check(
    'it names the alarm',
    others.some(({ name }) => name === 'ransomware.suspected'),
  );
  const kept = await (await holdfast.repository()).snapshots();
  tell.check('what no policy keeps is gone', kept.length < (days * HOTELS.length) / 2);
  return { report, page };
}
