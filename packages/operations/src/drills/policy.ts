import { OperationsError, shown } from '../errors.ts';
import { DRILL_KINDS, type DrillKind } from './contract.ts';

/** How often a tenant is drilled, in milliseconds; `null` for never. What is left out is as for all tenants. */
export interface DrillIntervals {
  /** Default 30 days. */
  readonly validateEveryMs?: number | null | undefined;
  /** Default 91 days: a quarter. */
  readonly fullEveryMs?: number | null | undefined;
}

/** Which drills are made when. Every part may be left out. */
export interface DrillPolicy extends DrillIntervals {
  /** After a drill that failed, the next of its kind is due so soon, in milliseconds. Default one day. */
  readonly retryAfterMs?: number | undefined;
  /** Drills that one plan has at most: what waits longest goes first. Default 10. */
  readonly perRun?: number | undefined;
  /** Chance has its beginning here: another seed tries old snapshots in another order. Default empty. */
  readonly seed?: string | undefined;
  /** What is otherwise for single tenants. */
  readonly tenants?: Readonly<Record<string, DrillIntervals>> | undefined;
}

const DAY_MS = 86_400_000;

/** How often, where nobody says otherwise. */
export const USUAL_EVERY_MS: Readonly<Record<DrillKind, number>> = { validate: 30 * DAY_MS, full: 91 * DAY_MS };

/** The interval of a tenant; `null` for never. */
export function everyMs(policy: DrillPolicy, tenant: string, kind: DrillKind): number | null {
  const { tenants = {} } = policy;
  const name = kind === 'full' ? 'fullEveryMs' : 'validateEveryMs';
  const own = Object.hasOwn(tenants, tenant) ? tenants[tenant]?.[name] : undefined;
  if (own !== undefined) return own;
  const usual = policy[name];
  return usual === undefined ? USUAL_EVERY_MS[kind] : usual;
}

/** When the next one is due after one that failed, in milliseconds. */
export const retryMs = ({ retryAfterMs = DAY_MS }: DrillPolicy): number => retryAfterMs;

/** @throws {OperationsError} `INVALID_OPTION` */
export function checkDrillPolicy(policy: DrillPolicy): void {
  const { retryAfterMs, perRun, tenants = {} } = policy;
  const durations = [policy, ...Object.values(tenants)].flatMap((each) => [each.validateEveryMs, each.fullEveryMs]);
  for (const ms of [...durations, retryAfterMs])
    if (ms !== undefined && ms !== null && !(Number.isFinite(ms) && ms > 0))
      throw new OperationsError('INVALID_OPTION', `Expected an interval of drills in milliseconds, got ${shown(ms)}`, {
        hint: 'Name a number above 0, or null for never.',
      });
  if (perRun === undefined || (Number.isSafeInteger(perRun) && perRun >= 1)) return;
  throw new OperationsError('INVALID_OPTION', `Expected how many drills a run makes at most, got ${shown(perRun)}`, {
    hint: 'Name a whole number from 1 on.',
  });
}

/** Whether a word is a kind of drill. */
export const isDrillKind = (word: unknown): word is DrillKind => (DRILL_KINDS as readonly unknown[]).includes(word);
