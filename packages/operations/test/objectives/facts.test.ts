import { expect, it, test } from 'vitest';
import { drillEvent, drillResultOf, restoresOf, rollbacksOf } from '../../src/drills/index.ts';
import type { OperationEvent } from '../../src/index.ts';
import { drill, idOf, iso, NOW } from '../fixtures/drill-facts.ts';

const restored = (over: Partial<OperationEvent> = {}): OperationEvent => ({
  at: iso(NOW),
  name: 'restore.finished',
  level: 'info',
  tenant: 'shop',
  details: { snapshot: idOf(1), status: 'ok', bytesWritten: 10, durationMs: 20 },
  ...over,
});

it('restores are read from events, each once, and those that were thrown away are none', () => {
  const other = restored({ details: { snapshot: idOf(2) }, name: 'restore.failed' });
  const trial = restored({ details: { snapshot: idOf(1), status: 'ok', trial: true } });
  expect(restoresOf([other, trial, other])).toEqual([
    { tenant: 'shop', snapshot: idOf(2), at: iso(NOW), status: 'failed', durationMs: null, bytes: null },
  ]);
  expect(restoresOf([restored()])).toMatchObject([{ status: 'ok', durationMs: 20, bytes: 10 }]);
});

const deploy = { id: 'd', version: '1.0.0', startedAt: iso(NOW) } as const;

test.each([
  ['a deploy that succeeded', { kind: 'deploy', outcome: 'succeeded', ms: 5 }, []],
  ['a rollback that runs', { kind: 'rollback', outcome: 'running' }, []],
  ['a rollback', { kind: 'rollback', outcome: 'succeeded', ms: 5 }, [{ isDone: true, durationMs: 5 }]],
  ['a rollback that failed', { kind: 'rollback', outcome: 'failed', ms: 5 }, [{ isDone: false }]],
  [
    'a deploy that went back',
    { kind: 'deploy', outcome: 'rolled-back', ms: 9, wayBack: { ms: 3 } },
    [{ isDone: true, durationMs: 3, version: '1.0.0' }],
  ],
] as const)('of the history of a machine: %s', (_, over, expected) => {
  expect(rollbacksOf([{ ...deploy, ...over }])).toMatchObject(expected);
});

it('a drill comes back from its event, and what is none does not', () => {
  const own = drill({ error: { code: 'OBJECT_DAMAGED', message: 'x' } });
  const event = JSON.parse(JSON.stringify(drillEvent(own, 'one'))) as OperationEvent;
  expect(drillResultOf(event)).toEqual(own);
  expect(event).toMatchObject({ name: 'drill.finished', host: 'one', tenant: 'shop', at: own.finishedAt });
  expect(drillResultOf({ ...event, name: 'restore.finished' })).toBeUndefined();
  for (const damage of [
    { restoreMs: 'fast' },
    { proven: { share: 2 } },
    { kind: 'other' },
    { finishedAt: 'noon' },
    { snapshot: '' },
  ])
    expect(drillResultOf({ name: event.name, details: { ...event.details, ...damage } })).toBeUndefined();
});
