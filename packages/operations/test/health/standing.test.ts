import { expect, test } from 'vitest';
import { nextStanding, type Standing } from '../../src/health/standing.ts';
import type { HealthState } from '../../src/health/state.ts';

const STATES: Readonly<Record<string, HealthState>> = { h: 'healthy', d: 'degraded', u: 'unhealthy' };

/** Looks one after the other, one in ten milliseconds; `.` is one that nobody took. */
function seen(looks: string, damping = { failures: 3, successes: 2 }): { changes: string[]; spans: string[] } {
  let standing: Standing | undefined;
  const [changes, spans]: [string[], string[]] = [[], []];
  for (const [at, look] of [...looks].entries()) {
    const state = STATES[look];
    if (state === undefined) continue;
    const next = nextStanding(standing, { state, atMs: at * 10, reachMs: 20 }, damping);
    standing = next.standing;
    if (next.change !== undefined) changes.push(`${next.change.atMs} ${next.change.to}`);
    for (const each of next.spans) spans.push(`${each.fromMs}-${each.toMs} ${each.state}`);
  }
  return { changes, spans };
}

test.each<readonly [string, string, readonly string[]]>([
  ['the first look counts at once', 'u', ['0 unhealthy']],
  ['too few failures do not count', 'huuhuuh', ['0 healthy']],
  ['enough do, from the first of them', 'hhuuu', ['0 healthy', '20 unhealthy']],
  ['one success in a row of failures is none', 'huuuhuh', ['0 healthy', '10 unhealthy']],
  ['enough successes end it', 'huuuhh', ['0 healthy', '10 unhealthy', '40 healthy']],
  ['it gets worse by different words', 'hdud', ['0 healthy', '10 degraded']],
  ['after a time in which nobody has looked, what is seen counts', 'hh....u', ['0 healthy', '60 unhealthy']],
])('%s', (_, looks, changes) => {
  expect(seen(looks).changes).toEqual(changes);
});

test('a row that was too short to count was as before, and no time counts twice', () => {
  expect(seen('hhuhh').spans).toEqual(['0-10 healthy', '10-20 healthy', '20-30 healthy', '30-40 healthy']);
  expect(seen('huuu').spans).toEqual(['0-10 healthy', '10-30 unhealthy']);
  expect(seen('h....h').spans).toEqual([]);
});
