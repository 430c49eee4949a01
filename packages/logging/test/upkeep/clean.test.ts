import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair } from '@x/integrity';
import { expect, test } from 'vitest';
import { type Logs, openLogs, verifyAuditProof } from '../../src/index.ts';
import { all, newLogs } from '../fixtures/folders.ts';

const DAY = 86_400_000;
const keys = generateKeyPair();

/** Ten days with records of all streams, and today. */
async function tenDays(): Promise<{ logs: Logs; directory: string; time: { ms: number } }> {
  const made = await newLogs({ signingKey: keys.privateKey, retention: { structured: 3, performance: 2, audit: 5 } });
  const { logs, time } = made;
  for (let day = 0; day <= 10; day++) {
    if (day > 0) time.ms += DAY;
    logs.logger.info('a day', { day });
    logs.count('days');
    for (let index = 0; index < 3; index++) await logs.audit.append({ name: 'day.begun', details: { day, index } });
    await logs.flush();
  }
  await logs.tidy();
  return made;
}

test('a plan says which files go: by the days of each stream, and of the audit log never the last', async () => {
  const { logs, time } = await tenDays();
  const plan = await logs.planClean();
  const count = (stream: string): number => plan.remove.filter((each) => each.stream === stream).length;
  expect([count('structured'), count('performance'), count('audit')]).toEqual([7, 8, 5]);
  expect(plan.days).toEqual({ structured: 3, performance: 2, audit: 5 });
  time.ms += 1000 * DAY;
  expect((await logs.planClean()).remove.filter(({ stream }) => stream === 'audit')).toHaveLength(10);
});

test('an audit log that was cut by retention can still be verified, and proves its records', async () => {
  const { logs, directory, time } = await tenDays();
  const trust = { publicKeys: [keys.publicKey] };
  await logs.audit.checkpoint();
  await logs.applyClean(await logs.planClean());
  const report = await logs.audit.verify(trust);
  expect(report).toMatchObject({ ok: true, first: 15, records: 19, head: { size: 34 }, covered: 18 });
  const [trimmed] = await all(logs.audit.read({ names: ['audit.trimmed'] }));
  expect(trimmed?.details).toMatchObject({ before: 15, files: { length: 5 } });
  for (const number of [15, 16, 33])
    expect(verifyAuditProof(await logs.audit.prove(number), [keys.publicKey])).toBe(true);
  await expect(logs.audit.prove(14)).rejects.toMatchObject({ code: 'RECORD_NOT_FOUND' });
  // And again, later, by another process.
  time.ms += 3 * DAY;
  const again = await openLogs({
    directory,
    clock: { now: () => time.ms, monotonic: () => 0 },
    retention: { audit: 5 },
  });
  await again.audit.append({ name: 'day.begun' });
  await again.applyClean(await again.planClean());
  expect(await again.audit.verify(trust)).toMatchObject({ ok: true, first: 24 });
  expect(await all(logs.search('', { order: 'oldest' }))).toHaveLength(4);
  await again.close();
});

test('a log that was cut by anybody else is told from one that retention has cut', async () => {
  const { logs, directory } = await tenDays();
  const audit = join(directory, 'audit');
  const names = (await readdir(audit)).filter((name) => name.startsWith('2026-') && !name.endsWith('.index'));
  const [first = '', , third = ''] = names.filter((name) => name.endsWith('.zst'));
  await rm(join(audit, first));
  expect((await logs.audit.verify()).findings).toMatchObject([{ kind: 'missing-segment', first: 0, next: 3 }]);
  // Whoever also says that retention did it has no record of the chain that says so.
  const state = JSON.parse(await readFile(join(audit, `${third.replace('.zst', '')}.state`), 'utf8')) as object;
  await writeFile(join(audit, 'cut.json'), JSON.stringify({ version: 1, state }));
  expect((await logs.audit.verify()).findings).toMatchObject([{ kind: 'bad-cut' }]);
});

test('damaged records are not removed: they are evidence', async () => {
  const { logs, directory } = await tenDays();
  const plan = await logs.planClean();
  const [first] = plan.remove.filter(({ stream }) => stream === 'audit');
  await writeFile(join(directory, 'audit', `${first?.file}.zst`), 'damaged');
  await expect(logs.applyClean(plan)).rejects.toMatchObject({
    code: expect.stringMatching(/AUDIT_DAMAGED|LOG_UNREADABLE/) as string,
  });
  expect((await logs.planClean()).remove.filter(({ stream }) => stream === 'audit')).toHaveLength(5);
});

test('what there is is counted, by indexes and without them', async () => {
  const { logs } = await tenDays();
  expect(await logs.stats()).toMatchObject([
    {
      stream: 'structured',
      files: 11,
      records: 11,
      unparsable: 0,
      from: '2026-11-28T12:00:00.000Z',
      to: '2026-12-08T12:00:00.000Z',
    },
    { stream: 'audit', files: 11, records: 33 },
    { stream: 'performance', files: 11, records: 11, unreadable: 0 },
  ]);
});

test.each([
  [{ directory: '' }, 'directory'],
  [{ level: 'loud' }, 'level'],
  [{ maxFileBytes: 1 }, 'maxFileBytes'],
  [{ retention: { audit: 0 } }, 'audit'],
  [{ limits: { maxDepth: 0 } }, 'maxDepth'],
  [{ signingKey: generateKeyPair({ algorithm: 'ecdsa-p256' }).privateKey }, 'Ed25519'],
])('the option %j is refused', async (options, message) => {
  await expect(openLogs({ directory: '/nowhere', ...(options as object) })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
    message: expect.stringContaining(message) as string,
  });
});
