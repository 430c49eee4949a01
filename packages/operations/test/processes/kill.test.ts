import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fsStore } from '@x/storage';
import { expect, it } from 'vitest';
import { runHistory } from '../../src/index.ts';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';

/** So often each is killed, at least. */
const KILLS = 3;
/** Milliseconds: ten minutes at night. */
const LONG = IS_THOROUGH ? 600_000 : 0;
const clerk = fileURLToPath(new URL('../fixtures/clerk.ts', import.meta.url));

it(
  'two schedulers that are killed at random skip no slot, and no slot ends twice',
  { timeout: LONG + 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-schedule-'));
    const [store, log] = [join(folder, 'store'), join(folder, 'log')];
    const until = performance.now() + LONG;
    let kills = 0;
    /** One place in which one process follows the other. */
    const place = async (name: string): Promise<void> => {
      for (let mine = 0; ; mine++) {
        const child = spawn(process.execPath, [clerk, store, log, name], { stdio: ['ignore', 'pipe', 'inherit'] });
        const ended = once(child, 'exit');
        await once(child.stdout, 'data');
        const isLast = mine >= KILLS && performance.now() > until;
        await setTimeout(isLast ? 2500 : Math.random() * 1500);
        child.kill(isLast ? 'SIGTERM' : 'SIGKILL');
        await ended;
        if (isLast) return;
        kills++;
      }
    };
    try {
      await Promise.all([place('one'), place('two')]);
      const runs = await runHistory(fsStore(store), 'backup', { limit: 10_000 });
      const slots = runs.map(({ slotMs }) => slotMs).toReversed();
      expect(slots.length).toBeGreaterThan(KILLS);
      // All are there, one after the other, and each has one end; the last one may have been given back.
      expect(slots).toEqual(slots.map((_, n) => (slots[0] ?? 0) + n * 1000));
      expect(runs.slice(1).filter(({ status }) => status !== 'ok')).toEqual([]);
      const ends = readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('ended '));
      const begun = new Set(ends);
      // A process may die between the end of its job and saying so: then, and only then, the job ends twice.
      expect(ends.length - begun.size).toBeLessThanOrEqual(kills);
      for (const slot of slots.slice(0, -1)) expect(begun).toContain(`ended ${slot}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
