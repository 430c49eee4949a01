import type { Deployment } from '../../src/deploy/index.ts';

export const MINUTE = 60_000;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;
/** A Monday. */
export const START: number = Date.parse('2026-03-02T12:00:00.000Z');

const iso = (ms: number): string => new Date(ms).toISOString();

/** A deploy that began some hours after the start and took ten minutes. */
export function deployed(hours: number, more: Partial<Deployment> & { readonly minutes?: number } = {}): Deployment {
  const { minutes = 10, ...given } = more;
  const startedMs = START + hours * HOUR;
  return {
    id: `d${hours}`,
    kind: 'deploy',
    version: '1.0.0',
    channel: 'prod',
    strategy: 'hybrid',
    outcome: 'succeeded',
    by: 'ann',
    startedAt: iso(startedMs),
    endedAt: iso(startedMs + minutes * MINUTE),
    ms: minutes * MINUTE,
    steps: [],
    migrations: 0,
    ...given,
  };
}

/** A step `switch` some minutes after the start of what began at `hours`. */
export function switched(hours: number, minutes: number): Deployment['steps'] {
  const at = iso(START + hours * HOUR + minutes * MINUTE);
  return [{ step: 'switch', outcome: 'done', at, ms: 20, detail: '' }];
}
