import { expect, test } from 'vitest';
import { type BackupTurn, BackupTurns } from '../../src/run/backup-turns.ts';

/** Lets all go on that need not wait. */
const settle = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

/** A backup of a domain: what it may do so far. */
function begin(
  turns: BackupTurns,
  domain: string,
): { turn?: BackupTurn; reads: boolean; readonly done: Promise<void> } {
  const state: { turn?: BackupTurn; reads: boolean; done: Promise<void> } = { reads: false, done: Promise.resolve() };
  state.done = (async () => {
    state.turn = await turns.take(domain);
    await state.turn.mayRead();
    state.reads = true;
  })();
  return state;
}

test('the next begins when little is left of the one before, and reads when all of it is handed out', async () => {
  const turns = new BackupTurns(1);
  const [first, second, third] = [begin(turns, 'a'), begin(turns, 'b'), begin(turns, 'c')];
  await settle();
  expect([first.reads, second.turn, third.turn]).toEqual([true, undefined, undefined]);
  first.turn?.nearlyOut();
  await settle();
  expect([second.turn !== undefined, second.reads, third.turn]).toEqual([true, false, undefined]);
  first.turn?.handedOut();
  await settle();
  expect([second.reads, third.turn]).toEqual([true, undefined]);
  // Two are alive: the third waits until one of them is over, however far the second is.
  second.turn?.handedOut();
  await settle();
  expect(third.turn).toBeUndefined();
  first.turn?.over();
  await third.done;
  expect(third.reads).toBe(true);
});

test('backups of one domain do not overlap, and let others pass', async () => {
  const turns = new BackupTurns(1);
  const [first, same, other] = [begin(turns, 'a'), begin(turns, 'a'), begin(turns, 'b')];
  await settle();
  first.turn?.handedOut();
  await settle();
  expect([same.turn, other.reads]).toEqual([undefined, true]);
  other.turn?.over();
  first.turn?.over();
  await same.done;
  expect(turns.isIdle).toBe(false);
  same.turn?.over();
  expect(turns.isIdle).toBe(true);
});

test('one that is ended while it waits, or before it may read, leaves its turn to the next', async () => {
  const turns = new BackupTurns(1);
  const ended = new AbortController();
  const first = begin(turns, 'a');
  const waiting = turns.take('b', ended.signal);
  const next = begin(turns, 'c');
  await settle();
  ended.abort(new Error('no time'));
  await expect(waiting).rejects.toThrow('no time');
  first.turn?.over();
  first.turn?.over();
  await next.done;
  expect(next.reads).toBe(true);
});

test('a second attempt of the same backup does not wait for itself', async () => {
  const turns = new BackupTurns(1);
  const turn = await turns.take('a');
  await turn.mayRead();
  await turn.mayRead();
  turn.over();
  expect(turns.isIdle).toBe(true);
});
