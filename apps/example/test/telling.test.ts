import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Reservation } from '../src/model.ts';
import { broken, doubleBookings } from '../src/story/promises.ts';
import { Telling } from '../src/story/telling.ts';

const stay = (id: string, change: Partial<Reservation> = {}): Reservation => ({
  id,
  roomId: '101',
  userId: 'ana',
  from: '2027-05-01',
  to: '2027-05-03',
  status: 'booked',
  updatedAt: 1,
  ...change,
});

describe('what the story claims is looked at', () => {
  test('a claim that does not hold ends it, and is not told', () => {
    const lines: string[] = [];
    const tell = new Telling((line) => void lines.push(line));
    tell.check('one', true);
    expect(() => tell.check('two', false)).toThrow('Expected to see: two');
    expect([lines.length, tell.claims]).toEqual([1, 1]);
  });

  test('what should fail has to fail, for that reason', async () => {
    const tell = new Telling(() => undefined);
    const refused = async (): Promise<never> => await Promise.reject(Object.assign(new Error('no'), { code: 'NO' }));
    await tell.checkFails('it is refused', 'NO', refused);
    await expect(tell.checkFails('it is refused', 'OTHER', refused)).rejects.toThrow('it is refused (OTHER)');
    await expect(tell.checkFails('it is refused', 'NO', async () => undefined)).rejects.toThrow('it is refused');
  });

  test('a reservation that is gone, changed or moved is a broken promise', () => {
    const promised = [stay('a'), stay('b'), stay('c'), stay('d')];
    const found = [stay('a'), stay('b', { userId: 'nobody' }), stay('c', { status: 'cancelled' }), stay('e')];
    expect(broken(promised, found).map(({ id }) => id)).toEqual(['b', 'c', 'd']);
  });

  test.each([
    ['the same nights', { from: '2027-05-01', to: '2027-05-03' }, 1],
    ['one night of a longer stay', { from: '2027-05-02', to: '2027-05-03' }, 1],
    ['from the day on which the other one ends', { from: '2027-05-03', to: '2027-05-05' }, 0],
    ['another room', { roomId: '102' }, 0],
    ['a stay that was cancelled', { status: 'cancelled' }, 0],
  ] as const)('a room is booked twice, or not: %s', (_, change, pairs) => {
    expect(doubleBookings([stay('a'), stay('b', change)])).toHaveLength(pairs);
    expect(doubleBookings([stay('b', change), stay('a')])).toHaveLength(pairs);
  });

  test('a short stay within a long one is found behind others of the same room', () => {
    const long = stay('long', { from: '2027-05-01', to: '2027-05-30' });
    const found = doubleBookings([
      long,
      stay('x', { from: '2027-05-02', to: '2027-05-03' }),
      stay('y', { from: '2027-05-10', to: '2027-05-12' }),
    ]);
    expect(found).toHaveLength(2);
  });
});

describe('the program', () => {
  const main = fileURLToPath(new URL('../src/story/main.ts', import.meta.url));
  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ['--conditions=source', main, ...args], { encoding: 'utf8' });

  test('takes no folder that has something in it, and touches nothing there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'story-full-'));
    writeFileSync(join(folder, 'mine'), 'mine');
    expect(run('--folder', folder)).toMatchObject({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('an empty folder'),
    });
    rmSync(folder, { recursive: true });
  });

  test('ends with code 1 and without a stack trace when something fails', () => {
    const { status, stderr } = run('--postgres', 'postgres://nobody@127.0.0.1:1/nothing');
    expect(status).toBe(1);
    expect(stderr).toMatch(/FAILED: .*ECONNREFUSED/);
    expect(stderr).not.toContain('    at ');
  });
});
