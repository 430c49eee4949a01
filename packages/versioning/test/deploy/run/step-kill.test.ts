import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IS_THOROUGH } from '../../../../../tooling/thoroughness.ts';
import { acquireDeployLock, type Deployer } from '../../../src/deploy/index.ts';
import type { StepMachine } from './steps/step-machine.ts';
import { type Stand, type StepTale, TALES } from './steps/step-tales.ts';
import { bundleStepper, type Stepper, stepper } from './steps/stepper-process.ts';

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

/** Where there is time, all of them, each with a process of its own; else each third, of each tale others. */
function chosenMoments(tale: StepTale): readonly string[] {
  const turn = TALES.indexOf(tale) % 3;
  return moments(tale).filter((_, index) => IS_THOROUGH || index % 3 === turn);
}

/** The moment at which what lies on the disk is compared with what a killed process leaves. */
const waitsAt = (tale: StepTale): string => moments(tale).at(-6) ?? '';

/** Whether the work that leads to a record was done when a process died at a moment. */
function pastOf({ records }: StepTale, moment: string): (record: string) => boolean {
  const at = records.indexOf(moment.replace(/^(?:before|after) /, ''));
  return (record) => records.includes(record) && records.indexOf(record) <= at;
}

/** All that has to hold when a run has ended, whatever it was. */
async function demandOrder(machine: StepMachine, reason: string | undefined, stand: Stand): Promise<void> {
  const { version, applied, orders } = stand;
  const deployer = machine.deployer();
  const { unfinished, maintenance, current, releases } = await deployer.status();
  expect([unfinished, maintenance?.reason, current]).toEqual([undefined, reason, { kind: 'release', version }]);
  expect([machine.running(), machine.applied()]).toEqual([version, applied]);
  expect(machine.sql('select * from orders order by id')).toEqual(orders);
  for (const release of releases) {
    // Nothing is left on its way.
    expect(['active', 'building']).not.toContain(release.state);
    expect(release.isCurrent).toBe(release.version === version);
    if (release.isCurrent) expect(release.state).toBe('good');
  }
  const left = machine.paths().filter((path) => /scratch.|\.(?:part|building|installing|next|old)$/.test(path));
  expect(left.map((path) => basename(path))).toEqual([]);
  // Nobody has the lock any more.
  const lock = await acquireDeployLock(deployer.layout, { by: 'bea' });
  await lock.release();
}

async function isOpen(deployer: Deployer): Promise<boolean> {
  return (await deployer.history({ limit: 1 }))[0]?.outcome === 'running';
}

describe.skipIf(process.platform === 'win32').each(TALES)('$title that is killed', { timeout: 240_000 }, (tale) => {
  const { job, before, code, resumed, undone, maintenance } = tale;
  let machine: StepMachine;
  let stepping: Stepper;
  let seen: readonly string[];

  // A process that waits is as good as a dead one: what lies on the disk is the same. In the end it is dead, and does not have the lock any more.
  beforeAll(async () => {
    machine = await tale.prepare();
    machine.keep('before');
    stepping = stepper(program, machine.places);
    const chosen = new Set([...chosenMoments(tale), waitsAt(tale)]);
    seen = await stepping.run(job, (moment) => {
      if (chosen.has(moment)) machine.keep(moment);
      if (moment.startsWith('end')) machine.keep('end');
      return true;
    });
  });
  afterAll(async () => machine[Symbol.asyncDispose]());

  test('writes down what the table has, and nothing else', async () => {
    const beside = tale.records.flatMap((record) => [`before ${record}`, `after ${record}`]);
    expect(seen).toEqual([...beside, `end ${code ?? ''}`.trim()]);
    await machine.bring('end');
    await demandOrder(machine, maintenance, resumed);
  });

  /** Kills a process of its own, and keeps what is left. */
  async function killed(killAt: string): Promise<void> {
    await machine.bring('before');
    await stepping.run(job, (moment) => moment !== killAt);
    machine.keep(killAt);
  }

  test('leaves what it has on the disk while it waits', async () => {
    const moment = waitsAt(tale);
    const paths = (): readonly string[] =>
      machine
        .paths(moment)
        .map((path) => path.replaceAll(/[0-9a-f]{16}/g, 'RUN'))
        .toSorted();
    const waiting = paths();
    await killed(moment);
    expect(paths()).toEqual(waiting);
  });

  test.each(chosenMoments(tale))(
    '%s ends as planned when it is resumed, and in order when it is undone',
    async (killAt) => {
      const isPast = pastOf(tale, killAt);
      if (IS_THOROUGH) await killed(killAt);
      await machine.bring(killAt);
      const deployer = machine.deployer(job);
      // What is not in the history was not begun, and what has its end there needs nothing more.
      const isOver = killAt === `after ${tale.records.at(-1)}`;
      expect(await isOpen(deployer)).toBe(isPast('history running') && !isOver);
      if (!(await isOpen(deployer))) return await demandOrder(machine, maintenance, isOver ? resumed : before);

      const goesForward = !isPast('turned') || killAt === 'before turned';
      const resuming = deployer.resume();
      if (code !== undefined && goesForward) await expect(resuming).rejects.toMatchObject({ code });
      else await resuming;
      await demandOrder(machine, maintenance, resumed);

      await machine.bring(killAt);
      // Another one: ledgers are never shorter than they were.
      const other = machine.deployer(job);
      const isEnded = killAt === 'after ended';
      // Only the safety backup leads back behind a contract, and restored data to which somebody may have written since.
      const needsBackup = isPast('done contract') || (job.action === 'restore' && isPast('begun service'));
      if (needsBackup && job.restoreData !== 'automatic' && !isEnded) {
        await expect(other.undo()).rejects.toMatchObject({ code: 'ROLLBACK_REFUSED' });
        await other.undo({ mayRestore: true });
      } else await other.undo();
      await demandOrder(machine, maintenance, isEnded ? resumed : undone(isPast));
    },
  );
});
