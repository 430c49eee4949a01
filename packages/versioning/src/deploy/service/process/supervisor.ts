import { KeptProcess } from './kept-process.ts';
import { takeClaim } from './claim.ts';
import { frontInstance, leftover } from './keepers.ts';
import {
  type Instance,
  type InstanceReport,
  NOTHING,
  type StatePaths,
  statePaths,
  type SupervisorReport,
  type Wanted,
} from './model.ts';
import { readState, writeState } from './state-file.ts';
import { watchState } from './state-watch.ts';
import { startedInstances } from './ticket.ts';

/**
 * Keeps what is wanted running, and nothing else, until nothing is wanted any more. Only one of a state folder works; others end at once. When it is killed, the
 * processes go on, and the next one finds them.
 */
export async function supervise(folder: string, frontCommand: readonly [string, ...string[]]): Promise<void> {
  const paths = statePaths(folder);
  const claim = await takeClaim(paths.claims, 'supervisor');
  if (claim === undefined) return;
  await new Supervisor(paths, frontCommand).run();
  await claim.release();
}

class Supervisor {
  readonly #paths: StatePaths;
  readonly #frontCommand: readonly [string, ...string[]];
  readonly #kept = new Map<string, KeptProcess>();
  readonly #earlier = new Map<string, InstanceReport>();
  #wake: () => void = () => undefined;
  #isAwake = false;
  #reported = '';
  #isFirst = true;

  constructor(paths: StatePaths, frontCommand: readonly [string, ...string[]]) {
    this.#paths = paths;
    this.#frontCommand = frontCommand;
  }

  async run(): Promise<void> {
    const watch = watchState(this.#paths.folder, async () => this.#poke());
    let wanted = NOTHING;
    try {
      await this.#recall();
      for (;;) {
        this.#isAwake = false;
        // What can't be read for a moment is no reason to let go of the service.
        wanted = await readState<Wanted>(this.#paths.wanted).then(
          (now) => now ?? NOTHING,
          () => wanted,
        );
        await this.#reconcile(this.#list(wanted));
        await this.#report();
        if (this.#kept.size === 0) return;
        await this.#poked();
      }
    } finally {
      watch.close();
    }
  }

  /** Learns what an earlier supervisor has reported. */
  async #recall(): Promise<void> {
    const report = await readState<SupervisorReport>(this.#paths.report).catch(() => undefined);
    for (const each of report?.instances ?? []) this.#earlier.set(each.id, each);
  }

  #list({ instances, front }: Wanted): readonly Instance[] {
    if (front === undefined) return instances;
    return [...instances, frontInstance(front, { paths: this.#paths, command: this.#frontCommand })];
  }

  async #reconcile(list: readonly Instance[]): Promise<void> {
    const wanted = new Map(list.map((each) => [each.id, each]));
    if (this.#isFirst) {
      this.#isFirst = false;
      // What ran before and is not wanted any more has to be found, too, to be stopped.
      for (const id of await startedInstances(this.#paths.tickets))
        if (!wanted.has(id)) await this.#add(leftover(id, this.#paths)).finish();
    }
    for (const [id, kept] of this.#kept) {
      // A proxy that is to listen elsewhere is another one.
      if (wanted.get(id)?.digest !== kept.instance.digest) kept.stop();
      // One that was stopped and is wanted again begins anew.
      if (kept.isOver) this.#kept.delete(id);
    }
    for (const instance of list) if (!this.#kept.has(instance.id)) await this.#add(instance).begin();
  }

  #add(instance: Instance): KeptProcess {
    const { tickets } = this.#paths;
    const earlier = this.#earlier.get(instance.id);
    const kept = new KeptProcess(instance, { tickets, earlier, onChange: () => this.#poke() });
    this.#kept.set(instance.id, kept);
    return kept;
  }

  async #report(): Promise<void> {
    const report: SupervisorReport = {
      pid: process.pid,
      instances: [...this.#kept.values()].map((each) => each.report),
    };
    const text = JSON.stringify(report);
    if (text === this.#reported) return;
    try {
      await writeState(this.#paths.report, report, false);
      this.#reported = text;
    } catch {
      // A full disk is no reason to let go of the service; it is told at the next look.
    }
  }

  #poke(): void {
    this.#isAwake = true;
    this.#wake();
  }

  #poked(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#isAwake) resolve();
    });
  }
}
