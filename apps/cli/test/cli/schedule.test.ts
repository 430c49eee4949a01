import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShapeOf } from '../../src/output/shapes.ts';
import { machineIn, type Machine, parseLines, parseShape } from '../support/cli.ts';
import { newFolder, removeFolder } from '../support/folders.ts';

let machine: Machine;

const configure = async (schedule: object, more: object = {}): Promise<void> =>
  writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ schedule, ...more }, undefined, 2));

const NIGHTLY = {
  at: ['02:30'],
  jitter: '10m',
  run: [
    ['backup', 'create', 'data'],
    ['backup', 'verify'],
  ],
};
const BROKEN = {
  cron: '0 5 * * 1',
  run: [
    ['backup', 'create', 'nowhere'],
    ['backup', 'verify'],
  ],
};

beforeAll(async () => {
  machine = machineIn(await newFolder());
  await mkdir(join(machine.cwd, 'data'), { recursive: true });
  await writeFile(join(machine.cwd, 'data', 'a.txt'), 'a');
  await machine.run(['init']);
  await configure({ timeZone: 'Europe/Lisbon', jobs: { nightly: NIGHTLY, broken: BROKEN } });
});

afterAll(async () => removeFolder(machine.root));

describe('holdfast schedule', () => {
  it('lists jobs with their times, and the next runs in order', async () => {
    const { stdout } = await machine.run(['schedule', 'list']);
    expect(stdout).toMatch(/^JOB\s+WHEN\s+NEXT\s+LAST\n/);
    expect(stdout).toMatch(/nightly\s+at 02:30 \(Europe\/Lisbon\)\s+20\d\d-\d\d-\d\d \d\d:30:00\s+never/);
    const { runs } = await machine.json('ScheduleNext', ['schedule', 'next', '--count', '12']);
    expect(runs).toHaveLength(12);
    expect(runs.map(({ slot }) => slot)).toEqual(runs.map(({ slot }) => slot).toSorted());
    expect(new Set(runs.map(({ job }) => job))).toEqual(new Set(['nightly', 'broken']));
  });

  it('runs a job now: its commands one after the other, kept with what they said', async () => {
    const ran = await machine.json('ScheduleNow', ['schedule', 'now', 'nightly']);
    expect(ran).toMatchObject({ job: 'nightly', outcome: 'ok' });
    const { runs } = await machine.json('ScheduleHistory', ['schedule', 'history', 'nightly']);
    expect(runs).toMatchObject([
      {
        status: 'ok',
        reason: 'manual',
        details: {
          commands: [
            {
              command: 'backup create data --scheduled',
              exitCode: 0,
              output: expect.stringContaining('snapshot') as string,
            },
            { command: 'backup verify', exitCode: 0 },
          ],
        },
      },
    ]);
    expect((await machine.run(['backup', 'list'])).stdout).toContain('data');
  });

  it('of commands one fails: the rest is not run, and the run says why', async () => {
    const ended = await machine.run(['schedule', 'now', 'broken']);
    expect(ended).toMatchObject({ code: 1, stdout: expect.stringMatching(/^broken: failed/) as string });
    expect(ended.stderr).toContain('nowhere');
    const { runs } = await machine.json('ScheduleHistory', ['schedule', 'history', '--limit', '1']);
    expect(runs).toMatchObject([
      { job: 'broken', status: 'failed', details: { commands: [{ exitCode: expect.any(Number) as number }] } },
    ]);
    expect((await machine.run(['schedule', 'history', 'nope'])).stderr).toContain('nightly, broken');
  });

  it('run --once begins to count at its first look, and then runs what is due for each tenant', async () => {
    await machine.run(['tenant', 'add', 'property1']);
    const jobs = { hourly: { every: '1s', tenants: ['property1'], run: [['backup', 'create', 'data']] } };
    await configure({ store: 'runs', jobs });
    // The first look at a job is where its slots begin.
    expect(await machine.run(['schedule', 'run', '--once'])).toMatchObject({ code: 0, stdout: '' });
    await new Promise((done) => setTimeout(done, 1100));
    const { stdout } = await machine.run(['schedule', 'run', '--once', '--json']);
    const events = parseLines('ScheduleEvent', stdout).filter(({ type }) => type !== 'run.missed');
    expect(events).toMatchObject([
      { type: 'run.started', job: 'hourly/property1' },
      { type: 'run.finished', outcome: 'ok' },
    ]);
    expect(await readdir(join(machine.cwd, 'runs'))).toEqual(expect.arrayContaining(['runs', 'turns']));
    expect((await machine.json('BackupCatalog', ['backup', 'catalog', '--tenant', 'property1'])).entries).toHaveLength(
      1,
    );
  });

  it('runs until it is told to stop, takes a changed configuration on SIGHUP, and keeps it when a wrong one comes', async () => {
    const job = (name: string): object => ({
      store: 'live',
      jobs: { [name]: { every: '1s', run: [['backup', 'list']] } },
    });
    await configure(job('first'));
    const wrong = '{\n  "schedule": { "jobs": { "first": { "evry": "1s", "run": [["backup", "list"]] } } }\n}';
    let step = 0;
    const ended = await machine.run(['schedule', 'run'], {
      onStdout: (child, text) => {
        if (step === 0 && text.includes('run.finished  first')) {
          step = 1;
          void writeFile(join(machine.cwd, 'holdfast.config.json'), wrong).then(() => child.kill('SIGHUP'));
        }
        if (step === 2 && text.includes('run.finished  second')) {
          step = 3;
          child.kill('SIGTERM');
        }
      },
      onStderr: (child, text) => {
        if (step !== 1 || !text.includes('was not taken')) return;
        step = 2;
        void configure(job('second')).then(() => child.kill('SIGHUP'));
      },
    });
    expect(ended.stderr).toContain('evry');
    expect(ended).toMatchObject({ code: 0, signal: null });
  });

  it('in the background is one process, which is found, killed, started again and stopped', async () => {
    await configure({ store: 'quiet', jobs: { yearly: { cron: '0 0 1 1 *', run: [['backup', 'list']] } } });
    const status = async (): Promise<ShapeOf<'ScheduleDaemon'>> => {
      const { stdout } = await machine.run(['schedule', 'status', '--json']);
      return parseShape('ScheduleDaemon', stdout);
    };
    const begin = ['schedule', 'run', '--daemon'];
    expect(await status()).toMatchObject({ running: false });
    expect(await machine.run(begin, { onStdout: () => undefined })).toMatchObject({ code: 0 });
    const { pid = 0, log = '' } = await status();
    expect(await readFile(log, 'utf8')).toContain('1 job, runs are kept in');
    const second = await machine.run(begin, { onStdout: () => undefined });
    expect(second).toMatchObject({ code: 2, stderr: expect.stringContaining(`process ${pid}`) as string });
    process.kill(pid, 'SIGKILL');
    expect(await machine.run(begin, { onStdout: () => undefined })).toMatchObject({ code: 0 });
    expect((await status()).pid).not.toBe(pid);
    expect(await machine.run(['schedule', 'stop'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('has ended') as string,
    });
    expect(await machine.run(['schedule', 'status'])).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(/yearly: last never/) as string,
    });
  });

  it('of what can not begin in the background it shows why', async () => {
    await configure({ jobs: { odd: { cron: '61 * * * *', run: [['backup', 'list']] } } });
    expect(await machine.run(['schedule', 'run', '--daemon'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('61') as string,
    });
  });

  it('prints a service that systemd takes', async () => {
    await configure({ jobs: {} });
    const { stdout } = await machine.run(['schedule', 'unit', '--user', 'root']);
    expect(stdout).toContain(`--config ${join(machine.cwd, 'holdfast.config.json')}`);
    if (spawnSync('systemd-analyze', ['--version']).status !== 0) return;
    const file = join(machine.root, 'holdfast.service');
    await writeFile(file, stdout);
    const verified = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    expect(verified.stderr).not.toContain('holdfast.service:');
  });

  it.each<[string, object, string]>([
    [
      'two kinds of times',
      { cron: '* * * * *', every: '1h', run: [['backup', 'list']] },
      'one of "cron", "at" and "every"',
    ],
    ['an expression that is none', { cron: '61 * * * *', run: [['backup', 'list']] }, 'Invalid value for minute: 61'],
    ['the schedule itself', { every: '1h', run: [['schedule', 'run']] }, '"schedule" itself'],
    ['nothing to run', { every: '1h', run: [] }, 'run'],
  ])('refuses %s', async (_what, job, message) => {
    await configure({ jobs: { odd: job } });
    const ended = await machine.run(['schedule', 'list']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(message);
  });
});
