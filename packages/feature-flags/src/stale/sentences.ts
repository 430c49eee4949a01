import type { StaleCause } from './constant.ts';
import type { FlagUse } from './report.ts';

const DAY_MS = 86_400_000;

/** A day of the calendar, in UTC. */
export const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10);

/** Whole days from one moment to another. */
export const daysBetween = (fromMs: number, toMs: number): number => Math.floor((toMs - fromMs) / DAY_MS);

/** A number of days in words. */
export const daysText = (days: number): string => (days === 1 ? '1 day' : `${days} days`);

const CAUSES: Readonly<Record<StaleCause, string>> = {
  static: 'it has no conditions',
  rollout: 'its rollout is complete',
  ramp: 'its ramp is over',
  targeting: 'its rules can’t choose anything else',
  enabled: 'it is disabled',
  state: 'it is disabled',
  killSwitch: 'its kill switch is on',
  schedule: 'its time is over',
  requires: 'it requires a flag that is off',
  targetTenants: 'it is for no tenants',
  segments: 'its segments are empty',
};

/** Why a flag is the same for everybody, in words. */
function causeOf({ cause, variant, value, requires }: FlagUse): string {
  if (cause === 'requires' && requires !== undefined) return `it requires ${requires}, which is off`;
  if (cause !== 'rollout' && cause !== 'ramp') return CAUSES[cause];
  if (value !== true && value !== false) return CAUSES[cause];
  return `its ${cause} is at ${variant === 'on' ? '100' : '0'} %`;
}

/** What everybody gets of a flag, and why, in a sentence. */
export function useSentence(key: string, use: FlagUse): string {
  const { variant, value, sinceMs, unit } = use;
  const is = variant === undefined ? 'the fallback of the code' : JSON.stringify(value);
  const whom = unit === undefined ? 'everybody' : `everybody with a ${unit}`;
  const since = sinceMs === undefined ? '' : ` since ${dayOf(sinceMs)}`;
  return `${key} is ${is} for ${whom}${since}: ${causeOf(use)}.`;
}
