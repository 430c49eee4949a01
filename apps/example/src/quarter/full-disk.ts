import type { Telling } from '../story/telling.ts';
import { liveDay } from './live.ts';
import { HOTELS, type Quarter } from './open-quarter.ts';

const GIB = 1024 ** 3;

/** Something else fills the disk of the backups. Somebody is told while there is room still, nobody acts, two nights fail, and then there is room again. */
export async function fullDisk(
  quarter: Quarter,
  tell: Telling,
  bookings: number,
): Promise<{ readonly failed: number }> {
  const { disk, pages, holdfast } = quarter;
  tell.chapter('The disk of the backups becomes full');
  disk.fill(5 * GIB);
  await liveDay(quarter, bookings);
  tell.check(
    'whoever is on duty is told while there is room still',
    pages.some((page) => /low disk/i.test(page)),
  );
  const failedBefore = (await holdfast.dashboard()).tenant_backups.failed_count;
  disk.fill(0);
  await liveDay(quarter, bookings);
  await liveDay(quarter, bookings);
  const failed = (await holdfast.dashboard()).tenant_backups.failed_count - failedBefore;
  tell.check(
    `${failed} backups have failed, and that is told`,
    failed === 2 * HOTELS.length && pages.some((page) => /backup of \w+ failed/i.test(page)),
  );
  disk.empty();
  await liveDay(quarter, bookings);
  const { alerts } = await holdfast.alerts.list();
  const open = alerts.filter(({ rule, status }) => status === 'open' && /backup|disk/.test(rule));
  tell.check('the next night heals it: all alerts of disk and backups are over', open.length === 0);
  return { failed };
}
