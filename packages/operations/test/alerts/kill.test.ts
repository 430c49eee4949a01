import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { fsStore } from '@x/storage';
import { expect, it } from 'vitest';
import { createAlerts, webhookChannel } from '../../src/alerts/index.ts';
import { hookServer } from '../fixtures/hook-server.ts';
import { VirtualClock } from '../fixtures/virtual-clock.ts';

const alarmer = fileURLToPath(new URL('../fixtures/alarmer.ts', import.meta.url));
const KILLS = 3;
const EACH = 100;

it(
  'what was taken is sent, whenever the process that took it was killed, and however often the server failed',
  { timeout: 240_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-alerts-'));
    await using server = await hookServer();
    try {
      const taken = new Set<number>();
      for (let round = 0; round < KILLS; round++) {
        let calls = 0;
        server.answer = () => (calls++ % 7 === 6 ? 'hang up' : { status: 200 });
        const range = [String(round * EACH), String(round * EACH + EACH - 1)];
        const child = spawn(process.execPath, [alarmer, folder, server.url, ...range], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const ended = once(child, 'exit');
        let said = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
        const count = (): number => said.split('taken').length - 1;
        while (count() < 2 && child.exitCode === null) await setTimeout(2);
        await setTimeout(Math.random() * 150);
        child.kill('SIGKILL');
        await ended;
        for (const [, n = ''] of said.matchAll(/taken (\d+)\n/g)) taken.add(Number(n));
      }
      server.answer = () => ({ status: 200 });
      // Claims of those that were killed are over by then.
      const clock = new VirtualClock(new Date(Date.now() + 3_600_000).toISOString());
      const alerts = createAlerts({
        store: fsStore(folder),
        channels: [webhookChannel({ name: 'ops', url: server.url })],
        rules: [],
        clock,
      });
      expect(await alerts.flush()).toMatchObject({ failed: 0, left: 0 });
      const came = server.posted.map(
        ({ body }) => JSON.parse(body) as { details: { n: number }; id: string; kind: string },
      );
      const numbers = came.filter(({ kind }) => kind === 'opened').map(({ details }) => details.n);
      expect(taken.size).toBeGreaterThan(KILLS);
      expect([...taken].filter((n) => !numbers.includes(n))).toEqual([]);
      // In the order in which they were taken; what came twice has the same id.
      const firsts = numbers.filter((n, at) => numbers.indexOf(n) === at);
      expect(firsts).toEqual(firsts.toSorted((a, b) => a - b));
      expect(new Set(came.map(({ id }) => id)).size).toBe(
        new Set(came.map(({ details, kind }) => `${kind} ${details.n}`)).size,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

it('processes that share a store send each notice once', { timeout: 240_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-alerts-'));
  await using server = await hookServer();
  try {
    const ends = [0, 1, 2].map(async (n) => {
      const range = [String(n * 20), String(n * 20 + 19)];
      const child = spawn(process.execPath, [alarmer, folder, server.url, ...range], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      return (await once(child, 'exit')) as [number];
    });
    expect((await Promise.all(ends)).map(([code]) => code)).toEqual([0, 0, 0]);
    const numbers = server.posted.map(({ body }) => (JSON.parse(body) as { details: { n: number } }).details.n);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
