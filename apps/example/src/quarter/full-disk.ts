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
  const sent = pages.length;
  const wasTold = (what: RegExp): boolean => pages.slice(sent).some((page) => what.test(page));
  const openAlerts = async (): Promise<readonly string[]> =>
    (await holdfast.alerts.list()).alerts
      .filter(({ rule, status }) => status === 'open' && /^(?:backup|disk)-/.test(rule))
      .map(({ rule }) => rule);
  tell.chapter('The disk of the backups becomes full');
  disk.fill(5 * GIB);
  await liveDay(quarter, bookings);
  tell.check('whoever is on duty is told while there is room still', wasTold(/low disk/i) && !wasTold(/failed/i));
  const failedBefore = (await holdfast.dashboard()).tenant_backups.failed_count;
  disk.fill(0);
  await liveDay(quarter, bookings);
  await liveDay(quarter, bookings);
  const failed = (await holdfast.dashboard()).tenant_backups.failed_count - failedBefore;
  tell.check(
    `${failed} backups have failed, and that is told`,
    failed === 2 * HOTELS.length && HOTELS.every((hotel) => wasTold(new RegExp(`backup of ${hotel} failed`, 'i'))),
  );
  const unhealed = await openAlerts();
  disk.empty();
  await liveDay(quarter, bookings);
  tell.check(
    'the next night heals it: all alerts of disk and backups are over',
    unhealed.length > HOTELS.length && (await openAlerts()).length === 0,
  );
  return { failed };
}
