import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { cleanReports, reportData, reportFile, reportPeriod, writeReports } from '../../src/report/index.ts';

const DAY = 86_400_000;
const folder = async (): Promise<string> => {
  const made = await mkdtemp(join(tmpdir(), 'reports-'));
  onTestFinished(async () => rm(made, { recursive: true }));
  return made;
};
const report = (tenant?: string, nowMs = Date.UTC(2026, 2, 5)): ReturnType<typeof reportData> =>
  reportData({ period: reportPeriod({ kind: 'daily', date: '2026-03-03' }), nowMs, tenant });

test('a report is three files, and one that is made again replaces them', async () => {
  const place = join(await folder(), 'new', 'reports');
  const paths = await writeReports(place, report());
  expect(paths.map((path) => path.slice(place.length + 1))).toEqual([
    'daily-2026-03-03.json',
    'daily-2026-03-03.html',
    'daily-2026-03-03.pdf',
  ]);
  await writeReports(place, report(undefined, Date.UTC(2026, 2, 6)), { formats: ['json'] });
  const told = JSON.parse(await readFile(paths[0] ?? '', 'utf8')) as { readonly madeAt: string };
  expect(told.madeAt).toBe('2026-03-06T00:00:00.000Z');
  expect(await readdir(place)).toHaveLength(3);
});

test('a tenant’s name does not lead out of the folder', () => {
  expect(reportFile(report('../../etc/passwd'), 'html')).toBe('daily-2026-03-03.%2E%2E%2F%2E%2E%2Fetc%2Fpasswd.html');
  expect(reportFile(report('a.json'), 'html')).toBe('daily-2026-03-03.a%2Ejson.html');
});

test('where nothing can be written, nothing is left', async () => {
  const place = await folder();
  await writeFile(join(place, 'file'), '');
  await expect(writeReports(join(place, 'file', 'reports'), report(), { formats: ['json'] })).rejects.toMatchObject({
    code: 'REPORT_UNWRITABLE',
  });
  await mkdir(join(place, 'daily-2026-03-03.json'));
  await expect(writeReports(place, report(), { formats: ['json'] })).rejects.toMatchObject({
    code: 'REPORT_UNWRITABLE',
  });
  expect(await readdir(place)).toEqual(['daily-2026-03-03.json', 'file']);
});

test('reports of old periods go, and nothing else does', async () => {
  const place = await folder();
  const left = `.report-${crypto.randomUUID()}.tmp`;
  const young = `.report-${crypto.randomUUID()}.tmp`;
  const old = [
    'daily-2026-01-01.html',
    'daily-2026-01-01.Hotel%20B.json',
    'weekly-2026-W01.pdf',
    'monthly-2025-12.json',
  ];
  const kept = [
    'daily-2026-03-01.json',
    'monthly-2026-03.html',
    'quarterly-2026-Q1.pdf',
    'custom-2026-02-20--2026-03-01.json',
  ];
  const others = ['notes.html', 'daily-2020-01-01.txt', 'daily-report.json'];
  for (const name of [...old, ...kept, ...others, left, young]) await writeFile(join(place, name), '');
  const nowMs = Date.now() + 1;
  await utimes(join(place, left), new Date(nowMs - 2 * DAY), new Date(nowMs - 2 * DAY));
  await cleanReports(place, { nowMs, keepMs: 1e15 });
  const removed = await cleanReports(place, { nowMs: Date.UTC(2026, 2, 5), keepMs: 55 * DAY });
  expect(removed).toEqual(old.toSorted());
  expect((await readdir(place)).toSorted()).toEqual([...kept, ...others, young].toSorted());
  expect(await cleanReports(join(place, 'none'), { nowMs, keepMs: 1 })).toEqual([]);
});
