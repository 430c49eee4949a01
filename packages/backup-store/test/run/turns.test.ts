import { expect, test } from 'vitest';
import { Turns } from '../../src/run/turns.ts';

test('so many begin at once, and others in the order in which they came', async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const ends = new Map<number, () => void>();
  const all = [0, 1, 2, 3].map(async (i) => {
    ends.set(i, await turns.take());
    begun.push(i);
  });
  await Promise.all(all.slice(0, 2));
  expect(begun).toEqual([0, 1]);
  ends.get(1)?.();
  await all[2];
  expect(begun).toEqual([0, 1, 2]);
  ends.get(0)?.();
  await all[3];
  expect(begun).toEqual([0, 1, 2, 3]);
});

test('a turn that is ended twice lets one in', async () => {
  const turns = new Turns(1);
  const end = await turns.take();
  end();
  end();
  await turns.take();
  const second = turns.take();
  const early = Symbol('early');
  expect(await Promise.race([second, Promise.resolve(early)])).toBe(early);
});

test('who gives up waiting is not waited for', async () => {
  const turns = new Turns(1);
  const end = await turns.take();
  const gone = new AbortController();
  const left = turns.take(gone.signal);
  const next = turns.take();
  gone.abort(new Error('no time'));
  await expect(left).rejects.toThrow('no time');
  await expect(turns.take(gone.signal)).rejects.toThrow('no time');
  end();
  await expect(next).resolves.toBeTypeOf('function');
});
