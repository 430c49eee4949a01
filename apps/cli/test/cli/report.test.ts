import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sampleBook } from '@x/operations/metrics';
import type { ReportData } from '@x/operations/report';
import { fsStore } from '@x/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineIn, type Machine } from '../support/cli.ts';
import { newFolder, removeFolder } from '../support/folders.ts';

let machine: Machine;

const today = (): string => new Date().toISOString().slice(0, 10);
const at = (name: string): string => join(machine.cwd, 'reports', name);
const configure = async (more: object = {}): Promise<void> =>
  writeFile(
    join(machine.cwd, 'holdfast.config.json'),
    JSON.stringify({
      schedule: {
        jobs: {
          nightly: { cron: '0 0 * * *', run: [['backup', 'create', 'data']] },
          broken: { cron: '0 0 * * *', run: [['backup', 'create', 'nowhere', '--tenant', 'Hotel B']] },
          tidy: { cron: '0 0 * * *', run: [['backup', 'show', 'none']] },
        },
      },
      health: { checks: [{ kind: 'disk', path: '.', warnPercent: 100, failPercent: 100, name: 'disk' }], every: '1h' },
      reports: { title: 'The <Shop>', objectives: { default: { rpo: '26h' } } },
      ...more,
    }),
  );

beforeAll(async () => {
  machine = machineIn(await newFolder(), { inProcess: true });
  await mkdir(join(machine.cwd, 'data'), { recursive: true });
  await writeFile(join(machine.cwd, 'data', 'a.txt'), 'a');
  await machine.run(['init']);
  await configure();
  await machine.run(['schedule', 'now', 'nightly']);
  await machine.run(['schedule', 'now', 'broken']);
  await machine.run(['schedule', 'now', 'tidy']);
  await machine.run(['health']);
  await machine.run(['health']);
}, 240_000);

afterAll(async () => removeFolder(machine.root));

describe('holdfast report', () => {
  it('tells what was made and what failed, of all that there is, in three files', async () => {
    const { code, stdout, stderr } = await machine.run(['report', '--date', today()]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('1 of 2 backups were made.');
    expect(stdout).toContain('Hotel B had no backup on');
    expect(await readdir(join(machine.cwd, 'reports'))).toEqual(
      ['html', 'json', 'pdf'].map((format) => `daily-${today()}.${format}`),
    );
    const report = JSON.parse(await readFile(at(`daily-${today()}.json`), 'utf8')) as ReportData;
    expect(report.backups?.total).toMatchObject({ due: 2, made: 1, failed: 1, missed: 0, unknown: 0 });
    expect(report.problems.map(({ code: of }) => of)).toContain('backups-failed');
    expect(report.others).toMatchObject([{ name: 'run.failed', message: expect.stringContaining('tidy: ') as string }]);
    expect(report.health).toMatchObject([{ check: 'disk', downMs: 0 }]);
    expect(report.storage?.samples[0]?.bytesStored).toBeGreaterThan(0);
    expect(report.retention?.stays).toBe(1);
    expect(report.objectives).toMatchObject([{ tenant: 'default', kind: 'rpo', met: true }]);
    const html = await readFile(at(`daily-${today()}.html`), 'utf8');
    expect(html).toContain('<h1>The &lt;Shop&gt;: ');
    expect((await readFile(at(`daily-${today()}.pdf`))).subarray(0, 5).toString()).toBe('%PDF-');
  });

  it('reports the last quarter, or any days, of one tenant, where it is told to', async () => {
    const out = join(machine.cwd, 'elsewhere');
    const run = await machine.json('ReportRun', ['report', 'quarterly', '--out', out, '--format', 'html,json']);
    expect(run).toMatchObject({ name: expect.stringMatching(/^quarterly-20\d\d-Q[1-4]$/) as string, isOver: true });
    expect(run.summary[0]?.text).toMatch(/^What became of \d+ backups that were due is not known\.$/);
    const days = ['--from', '2026-01-01', '--to', today()];
    const { files } = await machine.json('ReportRun', [
      'report',
      ...days,
      '--out',
      out,
      '--format',
      'json',
      '--tenant',
      'Hotel B',
    ]);
    expect(files).toEqual([join(out, `custom-2026-01-01--${today()}.Hotel%20B.json`)]);
    expect(await readdir(out)).toHaveLength(3);
    expect(await readFile(files[0] ?? '', 'utf8')).not.toContain('"tenant": "default"');
  });

  it('tells how the store grew, and when it is full, from what metrics have measured', async () => {
    const { storage } = await machine.json('Dashboard', ['metrics']);
    const book = sampleBook(fsStore(join(machine.cwd, '.holdfast', 'operations')));
    const [DAY, midnight] = [86_400_000, Date.parse(`${today()}T00:00:00Z`)];
    for (let days = 6; days >= 1; days--) {
      const sample = { atMs: midnight - days * DAY, storedBytes: (10 - days) * 1e6, freeBytes: (days + 2) * 1e6 };
      await book.add(storage.destinations[0]?.destination ?? '', sample);
    }
    const yesterday = new Date(midnight - DAY).toISOString().slice(0, 10);
    await machine.run(['report', '--date', yesterday, '--format', 'json']);
    const report = JSON.parse(await readFile(at(`daily-${yesterday}.json`), 'utf8')) as ReportData;
    expect(report.storage?.samples).toEqual([{ at: `${yesterday}T00:00:00.000Z`, bytesStored: 9e6, bytesFree: 3e6 }]);
    expect(report.storage?.bytesPerDay).toBeCloseTo(1e6, -3);
    // By the trend some three millions of bytes are left, of which a day takes one.
    const fullMs = Date.parse(report.storage?.forecastFullAt ?? '') - midnight;
    expect(fullMs).toBeGreaterThan(0);
    expect(fullMs).toBeLessThan(4 * DAY);
  });

  it('what can’t be read is named, unknown in the report, and told by the exit code', async () => {
    const args = ['report', '--date', today(), '--format', 'json', '--repo', 'gone'];
    const { code, stderr, stdout } = await machine.run(args);
    expect([code, stderr]).toEqual([3, expect.stringContaining('Of snapshots nothing could be read')]);
    expect(stdout).toContain('1 of 2 backups were made.');
  });

  it('removes reports that are too old, by the configuration', async () => {
    await writeFile(at('daily-2020-01-01.html'), '');
    await configure({ reports: { keep: '30d', formats: ['json'] } });
    const { removed } = await machine.json('ReportRun', ['report', '--date', today()]);
    expect(removed).toEqual(['daily-2020-01-01.html']);
  });

  it.each([
    [['report', 'yearly'], 'Expected one of daily, weekly, monthly, quarterly, got "yearly"'],
    [['report', '--date', '2026-02-30'], 'Expected a date, got "2026-02-30"'],
    [['report', '--from', '2026-02-01'], 'Expected --from and --to, got only one of them'],
    [['report', '--format', 'docx'], 'Expected json, html or pdf, got "docx"'],
  ])('%j is a mistake', async (args, message) => {
    const { code, stderr } = await machine.run(args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
