import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLogs, verifyAudit } from '../../src/index.ts';
import { all, newFolder, newLogs } from '../fixtures/folders.ts';

test('no byte of an audit log can be changed, taken out or put in unseen by who remembers its end', async () => {
  const { logs, directory } = await newLogs();
  for (let index = 0; index < 6; index++) await logs.audit.append({ name: 'room.booked', details: { index } });
  const head = await logs.audit.head();
  const [name = ''] = (await readdir(join(directory, 'audit'))).filter((each) => each.endsWith('.jsonl'));
  const file = join(directory, 'audit', name);
  const bytes = await readFile(file);
  const change = fc.oneof(
    fc.record({
      kind: fc.constant('flip' as const),
      at: fc.nat(bytes.length - 1),
      by: fc.integer({ min: 1, max: 255 }),
    }),
    fc.record({
      kind: fc.constant('cut' as const),
      at: fc.nat(bytes.length - 1),
      by: fc.integer({ min: 1, max: 400 }),
    }),
    fc.record({
      kind: fc.constant('insert' as const),
      at: fc.nat(bytes.length - 1),
      by: fc.integer({ min: 0, max: 255 }),
    }),
  );
  await fc.assert(
    fc.asyncProperty(change, async ({ kind, at, by }) => {
      const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
      if (kind === 'cut') await writeFile(file, Buffer.concat([before, after.subarray(by)]));
      else if (kind === 'insert') await writeFile(file, Buffer.concat([before, Buffer.from([by]), after]));
      else await writeFile(file, Buffer.concat([before, Buffer.from([(after[0] ?? 0) ^ by]), after.subarray(1)]));
      const { ok, findings, records } = await verifyAudit(directory, { remembered: [head] });
      expect(ok).toBe(false);
      expect(findings).toHaveLength(1);
      expect(records).toBeLessThan(6);
    }),
    { numRuns: 150 },
  );
  await writeFile(file, bytes);
  expect(await verifyAudit(directory, { remembered: [head] })).toMatchObject({ ok: true });
});

test('whatever stands in files is searched and verified without a failure', async () => {
  const directory = await newFolder();
  for (const stream of ['structured', 'audit']) await mkdir(join(directory, stream));
  const logs = await openLogs({ directory });
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      await writeFile(join(directory, 'structured', '2026-11-28.x-1-aaaaaa.000001.jsonl'), bytes);
      await writeFile(join(directory, 'audit', '2026-11-28.0000000000000000.jsonl'), bytes);
      await all(logs.search('a OR level>=warn', { streams: ['structured', 'audit'] }));
      await all(logs.audit.read());
      await logs.stats();
      await verifyAudit(directory);
    }),
    { numRuns: 60 },
  );
  await logs.close();
});
