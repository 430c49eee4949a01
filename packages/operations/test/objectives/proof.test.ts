import { expect, it, test } from 'vitest';
import { percentText, restorability } from '../../src/drills/index.ts';
import { DAY, drill, idOf, iso, NOW, snapshot } from '../fixtures/drill-facts.ts';

const at = iso(NOW - DAY);
const share = (part: number) => ({ bytes: part * 1000, ofBytes: 1000, files: 1, ofFiles: 10, share: part });

test.each([
  ['nobody has looked', {}, [], 'unproven', null, 'never verified'],
  [
    'a drill',
    {},
    [drill({ proven: share(0.9899) })],
    'partly',
    0.9899,
    'last verified 98 % on 2026-11-27 (full drill)',
  ],
  [
    'a drill that failed',
    {},
    [drill({ status: 'failed', proven: share(0.5) })],
    'failed',
    0.5,
    'last verified 50 % on 2026-11-27 (full drill, failed)',
  ],
  ['a drill that was not tried', {}, [drill({ status: 'notTried', proven: null })], 'unproven', null, 'never verified'],
  [
    'a full verify',
    { checks: [{ level: 'full', at, status: 'ok', coverage: 1 }] },
    [],
    'proven',
    1,
    'last verified 100 % on 2026-11-27 (full verify)',
  ],
  [
    'a sample of the repository',
    { checks: [{ level: 'sample', at, status: 'ok', coverage: 0.9 }] },
    [],
    'unproven',
    null,
    'never verified',
  ],
  [
    'a look at sizes',
    { checks: [{ level: 'quick', at, status: 'ok', coverage: 0 }] },
    [],
    'unproven',
    null,
    'never verified',
  ],
  [
    'a checkpoint, of which half has no content',
    { absentBytes: 500, checks: [{ level: 'restore', at, status: 'ok', coverage: 1 }] },
    [],
    'partly',
    0.5,
    'last verified 50 % on 2026-11-27 (trial restore)',
  ],
  [
    'damage of which the engine does not say how much',
    { checks: [{ level: 'restore', at, status: 'damaged', coverage: 1 }] },
    [],
    'failed',
    null,
    'failed on 2026-11-27 (trial restore)',
  ],
] as const)('%s', (_, over, drills, status, part, text) => {
  const own = snapshot({ id: idOf(1), ...over });
  expect(restorability({ snapshots: [own], drills })).toMatchObject([{ snapshot: own.id, status, share: part, text }]);
});

it('the latest look counts, also when an older one has seen more', () => {
  const own = snapshot({ id: idOf(1), checks: [{ level: 'full', at: iso(NOW - 9 * DAY), status: 'ok', coverage: 1 }] });
  const drills = [drill({ proven: share(0.4), status: 'failed' })];
  expect(restorability({ snapshots: [own], drills })).toMatchObject([{ status: 'failed', share: 0.4 }]);
});

test.each([
  [1, '100 %'],
  [0.999999, '99 %'],
  [0.001, 'less than 1 %'],
  [0, '0 %'],
])('a share of %d is never rounded up: %s', (part, text) => {
  expect(percentText(part)).toBe(text);
});
