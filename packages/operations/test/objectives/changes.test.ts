import { expect, it } from 'vitest';
import { judgeObjectives, noteObjectives } from '../../src/drills/index.ts';
import { memoryEventBook, type OperationEvent } from '../../src/index.ts';
import { DAY, HOUR, NOW, snapshot } from '../fixtures/drill-facts.ts';

it('a breach is told when it begins and when it ends, and not in between', async () => {
  const book = memoryEventBook();
  const own = snapshot({ madeMs: NOW });
  const tell = async (nowMs: number, snapshots = [own]): Promise<string[]> => {
    const judged = judgeObjectives({ tenants: [{ name: 'shop', critical: false }], snapshots, drills: [], nowMs });
    const age = judged.filter(({ objective }) => objective === 'rpo-incremental');
    return (await noteObjectives(book, age, { nowMs, host: 'one' })).map(({ name }) => name);
  };
  await expect(tell(NOW + HOUR)).resolves.toEqual([]);
  await expect(tell(NOW + 2 * DAY)).resolves.toEqual(['objective.breached']);
  await expect(tell(NOW + 3 * DAY)).resolves.toEqual([]);
  // What is not known is no end of it.
  const fresh = [snapshot({ kind: 'checkpoint', madeMs: NOW + 3 * DAY })];
  await expect(tell(NOW + 3 * DAY + HOUR, fresh)).resolves.toEqual([]);
  await expect(tell(NOW + 4 * DAY, [snapshot({ madeMs: NOW + 4 * DAY })])).resolves.toEqual(['objective.met']);
  await expect(tell(NOW + 4 * DAY + HOUR, [snapshot({ madeMs: NOW + 4 * DAY })])).resolves.toEqual([]);
  const events: OperationEvent[] = [];
  for await (const event of book.read()) events.push(event);
  expect(events).toMatchObject([
    { level: 'error', tenant: 'shop', host: 'one', details: { objective: 'rpo-incremental', valueMs: 2 * DAY } },
    { level: 'info', tenant: 'shop' },
  ]);
});
