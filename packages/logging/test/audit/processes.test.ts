import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openLogs, verifyAudit } from '../../src/index.ts';
import { all, newFolder } from '../fixtures/folders.ts';

const appender = fileURLToPath(new URL('appender.ts', import.meta.url));

interface Acknowledged {
  readonly number: number;
  readonly hash: string;
  readonly principal: string;
  readonly index: number;
}

/** Runs an appender, killed without warning after some time or not at all, and returns what it was told. */
async function append(
  directory: string,
  name: string,
  { count, killMs }: { count: number; killMs?: number },
): Promise<Acknowledged[]> {
  const child = spawn(process.execPath, [appender, directory, name, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = text(child.stdout);
  const ended = once(child, 'exit');
  if (killMs !== undefined) {
    await once(child.stdout, 'data');
    await delay(killMs);
    child.kill('SIGKILL');
  }
  await ended;
  const lines = (await said).split('\n').filter((line) => line.endsWith('}'));
  return lines.map((line) => JSON.parse(line) as Acknowledged);
}

test(
  'processes append to one chain; those that are killed lose nothing that was acknowledged, and spoil nothing',
  { timeout: 240_000 },
  async () => {
    const directory = await newFolder();
    const told = await Promise.all([
      append(directory, 'one', { count: 150 }),
      append(directory, 'two', { count: 150 }),
      ...[0, 1, 2].map(async (index) =>
        append(directory, `killed-${index}`, { count: 100_000, killMs: 100 + index * 150 }),
      ),
    ]);
    const logs = await openLogs({ directory });
    // The next one repairs what the killed have left.
    await logs.audit.append({ name: 'thing.checked' });
    const report = await verifyAudit(directory);
    expect(report).toMatchObject({ ok: true, findings: [], tornBytes: 0 });
    const lines = await all(logs.search('name=thing.done', { streams: ['audit'], order: 'oldest' }));
    const byNumber = new Map(lines.map(({ fields }) => [fields['number'], fields]));
    const acknowledged = told.flat();
    expect(acknowledged.length).toBeGreaterThan(300);
    for (const { number, hash, principal, index } of acknowledged) {
      expect(byNumber.get(number)).toMatchObject({ hash, principal, details: { index } });
    }
    expect(new Set(acknowledged.map(({ number }) => number)).size).toBe(acknowledged.length);
    expect(report.records).toBe(lines.length + 1);
    await logs.close();
  },
);
