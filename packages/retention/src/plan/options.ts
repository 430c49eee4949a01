import type { Compat } from '../compat/compat.ts';
import { RetentionError, shown } from '../errors.ts';
import type { GroupBy } from '../items/item.ts';
import { DAY } from '../periods/civil.ts';
import { openZone, type Zone } from '../periods/zone.ts';
import { readTime, type TimeInput } from '../time.ts';

/** What a plan goes by beside items and policy. */
export interface PlanOptions {
  /** The moment that ages are counted from. */
  readonly now: TimeInput;
  /** The IANA time zone whose days, weeks and months count: `Europe/Lisbon`, `UTC`. */
  readonly timeZone: string;
  /** Default: `group`. */
  readonly groupBy?: GroupBy | undefined;
  /** How far an item's `time` and `storedAt` may be apart before it is untrusted, in ms. Default: a day. */
  readonly tolerance?: number | undefined;
  /**
   * The word that a plan may remove everything: the latest good one of each group is then not kept for that alone. Without
   * it such a plan fails with `REMOVES_ALL`.
   */
  readonly allowRemovingAll?: boolean | undefined;
  /**
   * Decides as this tool would, for those who move over: `restic forget` (0.16 or later), or `borg prune` (1.2). Only rules that it has are
   * allowed. Holds and the like still stand above; the latest good one is kept only if the tool keeps it.
   */
  readonly compat?: Compat | undefined;
}

/** The options, checked. */
export interface Setting {
  readonly now: number;
  readonly zone: Zone;
  readonly groupBy: unknown;
  readonly tolerance: number;
  readonly allowRemovingAll: boolean;
  readonly compat: Compat | undefined;
}

/** @throws RetentionError `INVALID_OPTION`, `INVALID_TIME`, `UNKNOWN_TIME_ZONE` */
export function readOptions(options: unknown): Setting {
  if (typeof options !== 'object' || options === null) {
    throw new RetentionError('INVALID_OPTION', `Expected options { now, timeZone }, got ${shown(options)}`);
  }
  const {
    now,
    timeZone,
    groupBy = 'group',
    tolerance = DAY,
    allowRemovingAll = false,
    compat,
  } = options as Record<string, unknown>;
  if (typeof tolerance !== 'number' || !(tolerance >= 0)) {
    throw new RetentionError('INVALID_OPTION', `Expected tolerance to be at least 0 ms, got ${shown(tolerance)}`);
  }
  if (typeof allowRemovingAll !== 'boolean') {
    const message = `Expected allowRemovingAll to be true or false, got ${shown(allowRemovingAll)}`;
    throw new RetentionError('INVALID_OPTION', message);
  }
  if (compat !== undefined && compat !== 'restic' && compat !== 'borg') {
    throw new RetentionError('INVALID_OPTION', `Expected compat to be restic or borg, got ${shown(compat)}`);
  }
  return { now: readTime(now, 'now'), zone: openZone(timeZone), groupBy, tolerance, allowRemovingAll, compat };
}
