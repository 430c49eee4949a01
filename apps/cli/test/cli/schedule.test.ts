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

  it('runs until it is told to stop: what comes with SIGHUP begins beside what runs, a wrong one changes nothing, and what runs is told to end', async () => {
    // It watches until it is stopped.
    const endless = { every: '1s', run: [['models', 'watch', 'data']] };
    const quick = { every: '1s', run: [['backup', 'list']] };
    await configure({ store: 'live', jobs: { endless } });
    const wrong = JSON.stringify({ schedule: { jobs: { endless: { ...endless, evry: '1s' } } } });
    let step = 0;
    const ended = await machine.run(['schedule', 'run', '--grace', '1s'], {
      onStdout: (child, text) => {
        if (step === 0 && text.includes('run.started  endless')) {
          step = 1;
          void writeFile(join(machine.cwd, 'holdfast.config.json'), wrong).then(() => child.kill('SIGHUP'));
        }
        if (step === 2 && text.includes('run.finished  quick')) {
          step = 3;
          child.kill('SIGTERM');
        }
      },
      onStderr: (child, text) => {
        if (step !== 1 || !text.includes('was not taken')) return;
        step = 2;
        void configure({ store: 'live', jobs: { endless, quick } }).then(() => child.kill('SIGHUP'));
      },
    });
    expect(ended.stderr).toMatch(/evry.* \(line 1, column \d+\)/);
    // Watching ends well when it is told to end.
    const told = [...ended.stdout.matchAll(/run\.\w+ {2}(?:endless|quick)/g)].map(([line]) => line);
    expect(told.filter((line) => line.endsWith('endless'))).toEqual(['run.started  endless', 'run.finished  endless']);
    expect(told.indexOf('run.finished  quick')).toBeLessThan(told.indexOf('run.finished  endless'));
    expect(ended).toMatchObject({ code: 0, signal: null });
  });

  it('runs a job when what is in its folders has changed, and says so', async () => {
    await mkdir(join(machine.cwd, 'drop'), { recursive: true });
    const onChange = { watch: { folders: ['drop'], extensions: ['.csv'], debounce: '1s' }, run: [['backup', 'list']] };
    const lost = { watch: { folders: ['nowhere'] }, run: [['backup', 'list']] };
    await configure({ store: 'watched', jobs: { drop: onChange, lost } });
    expect((await machine.run(['schedule', 'list'])).stdout).toMatch(/^drop +on changes +never/m);
    let step = 0;
    const ended = await machine.run(['schedule', 'run', '--json'], {
      onStdout: (child, text) => {
        if (step === 0 && text.includes('"watch.started"')) {
          step = 1;
          void writeFile(join(machine.cwd, 'drop', 'notes.txt'), 'no data');
          void writeFile(join(machine.cwd, 'drop', 'day.csv'), 'a,b');
        }
        if (step === 1 && text.includes('"run.finished"')) child.kill('SIGTERM');
      },
    });
    expect(ended.code).toBe(0);
    const events = parseLines('ScheduleEvent', ended.stdout);
    expect(events.find(({ type }) => type === 'run.started')).toMatchObject({ job: 'drop', reason: 'change' });
    expect(events.find(({ type }) => type === 'watch.failed')).toMatchObject({
      job: 'lost',
      error: { code: 'INVALID_OPTION', message: expect.stringContaining('nowhere') as string },
    });
  });

  it('of a process that was killed the next one takes the run over, with --once too', async () => {
    await configure({ store: 'killed', jobs: { job: { every: '1s', run: [['models', 'watch', 'data']] } } });
    const killed = await machine.run(['schedule', 'run'], {
      onStdout: (child, text) => {
        if (text.includes('run.started')) child.kill('SIGKILL');
      },
    });
    expect(killed.signal).toBe('SIGKILL');
    expect((await machine.run(['schedule', 'list'])).stdout).toMatch(/ running\n$/);
    await configure({ store: 'killed', jobs: { job: { every: '1s', run: [['backup', 'list']] } } });
    const { code, stdout } = await machine.run(['schedule', 'run', '--once', '--json']);
    const [first] = parseLines('ScheduleEvent', stdout);
    expect([code, first]).toMatchObject([0, { type: 'run.started', attempt: process.platform === 'linux' ? 2 : 1 }]);
    expect(stdout).toContain('"outcome":"ok"');
  });

  it('runs commands with the options that it was given itself', async () => {
    await configure({ jobs: { elsewhere: { run: [['status']] } } });
    const env = { HOLDFAST_REPO: '' };
    expect((await machine.run(['schedule', 'now', 'elsewhere'], { env })).code).toBe(1);
    expect((await machine.run(['schedule', 'now', 'elsewhere', '--repo', machine.repository], { env })).code).toBe(0);
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

  it('leaves a file alone that is none of its own', async () => {
    await configure({ jobs: {} });
    const pidFile = join(machine.cwd, 'other.pid');
    await writeFile(pidFile, '4711\n');
    const ended = await machine.run(['schedule', 'run', '--daemon', '--pid-file', pidFile]);
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('--pid-file') as string });
    expect(await readFile(pidFile, 'utf8')).toBe('4711\n');
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
    ['a password', { run: [['backup', 'create', '--source', 'postgres://u:secret@h/db']] }, 'schedule.jobs.odd.run[0]'],
  ])('refuses %s', async (_what, job, message) => {
    await configure({ jobs: { odd: job } });
    const ended = await machine.run(['schedule', 'list']);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(message);
    expect(ended.stderr).not.toContain('secret@');
  });
});
