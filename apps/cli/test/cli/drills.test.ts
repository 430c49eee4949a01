import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machineIn, type Machine, parseShape } from '../support/cli.ts';
import { newFolder, removeFolder } from '../support/folders.ts';

let machine: Machine;

const configure = async (config: object): Promise<void> =>
  writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify(config, undefined, 2));

beforeAll(async () => {
  machine = machineIn(await newFolder(), { inProcess: true });
  await mkdir(join(machine.cwd, 'data'), { recursive: true });
  await writeFile(join(machine.cwd, 'data', 'a.txt'), 'a'.repeat(10_000));
  const database = new DatabaseSync(join(machine.cwd, 'shop.sqlite'));
  database.exec('create table rooms (id integer primary key); insert into rooms values (1), (2)');
  database.close();
  await machine.run(['init']);
  await machine.run(['backup', 'create', 'data', '--source', 'sqlite:shop.sqlite']);
  await configure({ drills: { sandbox: 'trials', keepFree: '1MB' } });
});

afterAll(async () => removeFolder(machine.root));

describe('holdfast drill', () => {
  it('what was never drilled is due, and nothing is known of what it takes', async () => {
    const planned = await machine.json('DrillPlan', ['drill', 'plan']);
    expect(new Set(planned.drills.map(({ kind, tenant }) => `${kind} ${tenant}`))).toEqual(
      new Set(['full default', 'validate default']),
    );
    const dry = await machine.json('DrillPlan', ['drill', 'run', '--due', '--dry-run']);
    expect(dry.drills).toEqual(planned.drills);
    await expect(machine.json('DrillList', ['drill', 'list'])).resolves.toEqual({ drills: [] });
    const { judgements, proofs } = await machine.json('DrillStatus', ['drill', 'status']);
    expect(judgements.map(({ objective, status }) => [objective, status])).toEqual([
      ['restore', 'unknown'],
      ['rto', 'unknown'],
      ['rpo-incremental', 'met'],
      ['rpo-full', 'met'],
    ]);
    expect(proofs).toMatchObject([{ status: 'unproven', text: 'never verified' }]);
  });

  it('run --due makes what is due, measures it, proves every byte, leaves nothing, and is done with it', async () => {
    const { drills, left, changes } = await machine.json('DrillRun', ['drill', 'run', '--due']);
    expect(drills).toMatchObject([
      { status: 'passed', proven: { share: 1 } },
      { status: 'passed', proven: { share: 1 } },
    ]);
    expect([left, changes]).toEqual([0, []]);
    const checks = drills.find(({ kind }) => kind === 'validate')?.checks ?? [];
    // The database was read through in a place of its own.
    expect(checks.find(({ name }) => name === 'data')).toMatchObject({ status: 'passed' });
    expect(await readdir(join(machine.cwd, 'trials'))).toEqual([]);
    expect(await machine.json('DrillRun', ['drill', 'run', '--due'])).toEqual({ drills: [], left: 0, changes: [] });
    const { judgements, proofs } = await machine.json('DrillStatus', ['drill', 'status']);
    expect(judgements.map(({ status }) => status)).toEqual(['met', 'met', 'met', 'met']);
    expect(proofs[0]?.text).toMatch(/^last verified 100 % on \d{4}-\d\d-\d\d \((full|validate) drill\)$/);
    expect((await machine.run(['drill', 'list'])).stdout).toMatch(/WHEN.+PROVEN.+\n.+passed.+100 %/);
    const status = await machine.run(['drill', 'status']);
    expect(status.stdout).toMatch(/default +restore +met/);
    expect(status.stdout).toContain('last verified 100 %');
  });

  it('one drill of a snapshot that is named, and what can not be is refused', async () => {
    const { drills } = await machine.json('DrillRun', ['drill', 'run', '--full', '--snapshot', 'latest']);
    expect(drills).toMatchObject([{ kind: 'full', status: 'passed', tenant: 'default' }]);
    for (const flags of [
      ['--full', '--validate'],
      ['--due', '--full'],
      ['--due', '--snapshot', 'latest'],
    ])
      expect((await machine.run(['drill', 'run', ...flags])).code).toBe(2);
    expect((await machine.run(['drill', 'run', '--snapshot', 'ffff'])).code).toBe(4);
    expect((await machine.run(['drill', 'run', '--tenant', 'nobody'])).code).toBe(4);
  });

  it('a drill for which there is no room is not tried: exit code 3, and objectives stay', async () => {
    await configure({ drills: { sandbox: 'trials', keepFree: '4000TB' } });
    const ended = await machine.run(['drill', 'run', '--json']);
    expect(ended.code).toBe(3);
    expect(parseShape('DrillRun', ended.stdout)).toMatchObject({
      drills: [{ status: 'notTried', error: { code: 'DRILL_NO_ROOM' } }],
      changes: [],
    });
  });

  it('the configuration says how often, and what is promised to whom', async () => {
    await configure({
      drills: { validateEvery: 'never', fullEvery: '1s', tenants: { default: { fullEvery: 'never' } } },
      objectives: { rpoFull: '1s', rto: '3h', tenants: { default: { critical: true, restore: '5m' } } },
    });
    expect(await machine.json('DrillPlan', ['drill', 'plan'])).toMatchObject({ drills: [], later: [] });
    // The last full one is older than a second then.
    await pause(1100);
    const ended = await machine.run(['drill', 'status', '--json']);
    expect(ended.code).toBe(6);
    const limits = parseShape('DrillStatus', ended.stdout).judgements.map(({ objective, limitMs, status }) => [
      objective,
      limitMs,
      status,
    ]);
    expect(limits).toEqual([
      ['restore', 300_000, 'met'],
      ['rto', 3_600_000, 'met'],
      ['rpo-incremental', 86_400_000, 'met'],
      ['rpo-full', 1000, 'breached'],
    ]);
    await configure({ drills: { scratch: ['postgres://admin:secret@db/postgres'] } });
    const open = await machine.run(['drill', 'plan']);
    expect([open.code, open.stderr]).toEqual([2, expect.stringContaining('drills.scratch[0]')]);
    expect(open.stderr).not.toContain('secret@');
    await configure({ drills: { fullEvery: 'sometimes' } });
    expect(await machine.run(['drill', 'plan'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('drills.fullEvery') as string,
    });
  });

  it('a schedule runs what is due; what is damaged fails the drill, breaches objectives, and is told once', async () => {
    const run = [['drill', 'run', '--due']];
    await configure({
      drills: { validateEvery: '1s', fullEvery: 'never', retryAfter: '1s' },
      schedule: { jobs: { drills: { run } } },
    });
    await expect(machine.json('ScheduleNow', ['schedule', 'now', 'drills'])).resolves.toMatchObject({ outcome: 'ok' });
    for (const entry of await readdir(machine.repository, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.parentPath.includes('pack')) continue;
      const path = join(entry.parentPath, entry.name);
      const bytes = await readFile(path);
      await writeFile(
        path,
        bytes.map((byte, at) => (at > 64 ? byte ^ 0x55 : byte)),
      );
    }
    await new Promise((done) => setTimeout(done, 1100));
    const ended = await machine.run(['drill', 'run', '--due', '--json']);
    expect(ended.code).toBe(6);
    const breached = { tenant: 'default', status: 'breached' };
    expect(parseShape('DrillRun', ended.stdout)).toMatchObject({
      drills: [{ status: 'failed' }],
      changes: [
        { ...breached, objective: 'restore' },
        { ...breached, objective: 'rto' },
      ],
    });
    const again = await machine.run(['drill', 'run']);
    expect(again).toMatchObject({ code: 6, stdout: expect.stringContaining('FAILED') as string });
    expect(again.stderr).toContain('Drills that did not pass: 1 of 1: default (validate).');
    expect(again.stderr).not.toContain('Objective');
    const status = await machine.run(['drill', 'status']);
    expect(status).toMatchObject({ code: 6, stdout: expect.stringContaining('BREACHED') as string });
    expect(status.stderr).toContain('holdfast drill list --tenant default');
  });
});
