import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { codeOf, fileFailure } from '../../../artifact/file-failure.ts';
import { systemSleep } from '../../../clock.ts';
import { serviceUnavailable } from '../service-failure.ts';
import { holderOf } from './claim.ts';
import { keeperEnvironment } from './environment.ts';
import {
  type FrontReport,
  type InstanceReport,
  NOTHING,
  type StatePaths,
  statePaths,
  type SupervisorReport,
  type Wanted,
} from './model.ts';
import { isAlive, type ProcessIdentity } from './process-identity.ts';
import { readState, writeState } from './state-file.ts';
import { readTicket, startedInstances } from './ticket.ts';

const LOOK_MS = 20;
/** How long a supervisor may take until it works, in milliseconds. */
const SUPERVISOR_MS = 30_000;

/** What has come of what is wanted. */
export interface Situation {
  readonly wanted: Wanted | undefined;
  /** Processes by instance, those of the proxy included. */
  readonly alive: ReadonlyMap<string, ProcessIdentity>;
  readonly reports: ReadonlyMap<string, InstanceReport>;
  readonly supervisor: ProcessIdentity | undefined;
}

/** Says what is wanted in a state folder, and waits until it is so. */
export class Controller {
  readonly #paths: StatePaths;
  readonly #keeper: URL;
  readonly #signal: AbortSignal | undefined;

  constructor(folder: string, { keeper, signal }: { readonly keeper: URL; readonly signal: AbortSignal | undefined }) {
    this.#paths = statePaths(folder);
    this.#keeper = keeper;
    this.#signal = signal;
  }

  /** For what has to be done when a call was aborted, too. */
  withoutSignal(): Controller {
    return new Controller(this.#paths.folder, { keeper: this.#keeper, signal: undefined });
  }

  get paths(): StatePaths {
    return this.#paths;
  }

  async wanted(): Promise<Wanted> {
    return (await readState<Wanted>(this.#paths.wanted)) ?? NOTHING;
  }

  /** Says what is wanted from now on. */
  async want(wanted: Wanted): Promise<void> {
    try {
      await writeState(this.#paths.wanted, wanted, true);
    } catch (error) {
      throw fileFailure('WRITE_FAILED', 'to say what is wanted of a service', {
        path: this.#paths.wanted,
        cause: error,
      });
    }
  }

  /** What runs, as the system itself knows it. */
  async situation(): Promise<Situation> {
    const [wanted, report, supervisor] = await Promise.all([
      readState<Wanted>(this.#paths.wanted),
      readState<SupervisorReport>(this.#paths.report),
      holderOf(this.#paths.claims, 'supervisor'),
    ]);
    const alive = new Map<string, ProcessIdentity>();
    for (const id of await startedInstances(this.#paths.tickets)) {
      const { identity } = await readTicket(this.#paths.tickets, id);
      if (identity !== undefined && (await isAlive(identity))) alive.set(id, identity);
    }
    const instances = report?.instances ?? [];
    return { wanted, alive, supervisor, reports: new Map(instances.map((each) => [each.id, each])) };
  }

  front(): Promise<FrontReport | undefined> {
    return readState<FrontReport>(this.#paths.front);
  }

  /** Waits until something is so, and sees to it that somebody works on it. @returns What it has come to. */
  async until<T>(look: () => Promise<T | undefined>): Promise<T> {
    for (;;) {
      this.#signal?.throwIfAborted();
      const found = await look();
      if (found !== undefined) return found;
      await this.supervisor();
      await systemSleep(LOOK_MS, this.#signal);
    }
  }

  /** Starts a supervisor, unless one works. It outlives this process. */
  async supervisor(): Promise<void> {
    if ((await holderOf(this.#paths.claims, 'supervisor')) !== undefined) return;
    await mkdir(this.#paths.folder, { recursive: true, mode: 0o700 });
    const log = await open(this.#paths.keeperLog, 'a', 0o600);
    try {
      const child = spawn(process.execPath, [fileURLToPath(this.#keeper), 'supervise', this.#paths.folder], {
        cwd: '/',
        env: keeperEnvironment(process.env),
        stdio: ['ignore', log.fd, log.fd],
        detached: true,
      });
      child.unref();
      await this.#begun(child);
    } finally {
      await log.close();
    }
  }

  async #begun(child: ChildProcess): Promise<void> {
    const end = performance.now() + SUPERVISOR_MS;
    let failure: string | undefined;
    child.once('error', (error) => (failure = error.message));
    while ((await holderOf(this.#paths.claims, 'supervisor')) === undefined) {
      if (child.exitCode === 0) return; // Nothing is wanted, or another one was faster.
      if (child.exitCode !== null) failure = `exit code ${child.exitCode}`;
      if (performance.now() > end) failure = `nothing for ${SUPERVISOR_MS} ms`;
      if (failure !== undefined) throw serviceUnavailable('the supervisor', failure, `See ${this.#paths.keeperLog}.`);
      await systemSleep(LOOK_MS, undefined);
    }
  }

  /** Whether the service was ever set up. */
  async isInstalled(): Promise<boolean> {
    try {
      await (await open(this.#paths.wanted, 'r')).close();
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }
}
