import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Deployer } from '../../../src/deploy/index.ts';
import type { StepMachine } from './steps/step-machine.ts';
import { type Stand, type StepTale, TALES } from './steps/step-tales.ts';
import { bundleStepper, runStepper } from './steps/stepper-process.ts';

let program: string;

beforeAll(async () => {
  program = await bundleStepper();
});

/**
 * The moments beside records: after each, and before those that say that something was done. Before the others nothing has changed since the
 * record that comes before them.
 */
function moments({ records, from = 'planned' }: StepTale): readonly string[] {
  const isSame = (record: string): boolean => /^(?:planned|begun|history)/.test(record);
  return records
    .slice(records.indexOf(from))
    .flatMap((record) => (isSame(record) ? [`after ${record}`] : [`before ${record}`, `after ${record}`]));
}

/** Whether the work that leads to a record was done when a process died at a moment. */
function pastOf({ records }: StepTale, moment: string): (record: string) => boolean {
  const at = records.indexOf(moment.replace(/^(?:before|after) /, ''));
  return (record) => records.includes(record) && records.indexOf(record) <= at;
}

/** All that has to hold when a run has ended, whatever it was. */
async function demandOrder(machine: StepMachine, { version, applied, orders }: Stand): Promise<void> {
  const deployer = machine.deployer();
  const { unfinished, maintenance, current } = await deployer.status();
  expect([unfinished, maintenance, current]).toEqual([undefined, undefined, { kind: 'release', version }]);
  expect([machine.running(), machine.applied()]).toEqual([version, applied]);
  expect(machine.sql('select * from orders order by id')).toEqual(orders);
  for (const release of await deployer.list()) {
    // Nothing is left on its way.
    expect(['active', 'building']).not.toContain(release.state);
    expect(release.isCurrent).toBe(release.version === version);
    if (release.isCurrent) expect(release.state).toBe('good');
  }
  const left = machine.paths().filter((path) => /scratch.|\.(?:part|building|installing|next|old)$/.test(path));
  expect(left.map((path) => basename(path))).toEqual([]);
  // Nobody has the lock any more.
  await deployer.clean({ dryRun: true });
}

async function isOpen(deployer: Deployer): Promise<boolean> {
  return (await deployer.history({ limit: 1 }))[0]?.outcome === 'running';
}

describe.skipIf(process.platform === 'win32').each(TALES)('$title that is killed', { timeout: 60_000 }, (tale) => {
  const { job, before, code, resumed, undone } = tale;
  let machine: StepMachine;

  beforeAll(async () => {
    machine = await tale.prepare();
    machine.keep('before');
  });
  afterAll(async () => machine[Symbol.asyncDispose]());

  test('writes down what the table has, and nothing else', async () => {
    const end = await runStepper(program, machine.places, { job });
    expect(end?.seen).toEqual(tale.records.flatMap((record) => [`before ${record}`, `after ${record}`]));
    expect(end?.code).toBe(code);
    await demandOrder(machine, resumed);
  });

  test.each(moments(tale))('%s ends as planned when it is resumed, and in order when it is undone', async (killAt) => {
    const isPast = pastOf(tale, killAt);
    await machine.bring('before');
    expect(await runStepper(program, machine.places, { job, killAt })).toBeUndefined();
    machine.keep('killed');
    const deployer = machine.deployer(job);
    // What is not in the history was not begun, and what has its end there needs nothing more.
    const isOver = killAt === `after ${tale.records.at(-1)}`;
    expect(await isOpen(deployer)).toBe(isPast('history running') && !isOver);
    if (!(await isOpen(deployer))) return await demandOrder(machine, isOver ? resumed : before);

    const goesForward = !isPast('turned') || killAt === 'before turned';
    const resuming = deployer.resume();
    if (code !== undefined && goesForward) await expect(resuming).rejects.toMatchObject({ code });
    else await resuming;
    await demandOrder(machine, resumed);

    await machine.bring('killed');
    // Another one: ledgers are never shorter than they were.
    const other = machine.deployer(job);
    const isEnded = killAt === 'after ended';
    if (isPast('done contract') && !isEnded) {
      await expect(other.undo()).rejects.toMatchObject({ code: 'ROLLBACK_REFUSED' });
      await other.undo({ mayRestore: true });
    } else await other.undo();
    await demandOrder(machine, isEnded ? resumed : undone(isPast));
  });
});
