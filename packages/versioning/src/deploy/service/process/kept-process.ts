import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemClock } from '../../../clock.ts';
import { baseEnvironment, readEnvironmentFile } from './environment.ts';
import type { Instance, InstanceReport } from './model.ts';
import { identityOf, isAlive, isThere, type ProcessIdentity } from './process-identity.ts';
import { cancelTicket, clearTickets, readTicket, TICKET_SCRIPT, ticketPath } from './ticket.ts';

/** How often a process that somebody else has started is looked at, in milliseconds. */
const LOOK_MS = 200;

/** What a process is kept with. */
export interface Keeping {
  /** The folder of tickets. */
  readonly tickets: string;
  /** Called when there is something to report. */
  readonly onChange: () => void;
  /** What an earlier supervisor has reported of it. */
  readonly earlier?: InstanceReport | undefined;
}

/** A process that is started again whenever it ends, until it is stopped. */
export class KeptProcess {
  readonly instance: Instance;
  readonly #tickets: string;
  readonly #onChange: () => void;
  readonly #earlier: InstanceReport | undefined;
  #state: InstanceReport['state'] = 'waiting';
  #identity: ProcessIdentity | undefined;
  #since = '';
  #restarts = 0;
  #detail: string | undefined;
  /** Of its last start. */
  #number = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #isStarting = false;
  #isOwn = false;
  /** Whether it has ended for good. */
  isOver = false;

  constructor(instance: Instance, { tickets, onChange, earlier }: Keeping) {
    this.instance = instance;
    this.#tickets = tickets;
    this.#onChange = onChange;
    this.#earlier = earlier;
  }

  get report(): InstanceReport {
    return {
      id: this.instance.id,
      state: this.#state,
      pid: this.#identity?.pid,
      since: this.#since,
      restarts: this.#restarts,
      detail: this.#detail,
    };
  }

  /** Finds the process that an earlier supervisor has started, or else starts one. Called once, before all else. */
  async begin(): Promise<void> {
    const found = await this.#find();
    if (found === undefined) await this.#start();
    else this.#adopt(found);
  }

  /** Finds the process that an earlier supervisor has started, and stops it. */
  async finish(): Promise<void> {
    const found = await this.#find();
    if (found !== undefined) this.#adopt(found);
    this.stop();
  }

  async #find(): Promise<ProcessIdentity | undefined> {
    const { id } = this.instance;
    const last = await readTicket(this.#tickets, id);
    // The earlier supervisor may have been killed after it began a start of which nothing is seen yet.
    this.#number = last.number + 1;
    const found = (await cancelTicket(this.#tickets, id, this.#number)) ?? last.identity;
    return found !== undefined && (await isAlive(found)) ? found : undefined;
  }

  /** Asks it to end; after its time it is killed, with all that it has started. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    // What is being started is stopped when it is known which process it is.
    if (!this.#isStarting) this.#stopNow();
  }

  #stopNow(): void {
    clearTimeout(this.#timer);
    if (this.#identity === undefined) return this.#end();
    this.#set('stopping');
    send(this.#identity.pid, 'SIGTERM');
    this.#timer = setTimeout(() => this.#kill(), this.instance.stopTimeoutMs);
  }

  #kill(): void {
    const pid = this.#identity?.pid;
    if (pid === undefined) return;
    // It was given a group of its own.
    send(-pid, 'SIGKILL');
  }

  #adopt(identity: ProcessIdentity): void {
    this.#identity = identity;
    this.#set('running');
    if (this.#earlier?.pid === identity.pid) {
      this.#since = this.#earlier.since;
      this.#restarts = this.#earlier.restarts;
    }
    const look = setInterval(() => {
      if (isThere(identity.pid)) return;
      clearInterval(look);
      this.#ended('ended');
    }, LOOK_MS);
  }

  async #start(): Promise<void> {
    const { id } = this.instance;
    const ticket = ticketPath(this.#tickets, id, ++this.#number);
    this.#isStarting = true;
    try {
      await clearTickets(this.#tickets, id, this.#number - 1);
      const child = await launch(this.instance, ticket);
      this.#identity = await identityOf(child.pid as number);
      this.#isOwn = true;
      this.#set('running');
      this.#isStarting = false;
      watchEnd(child, (how) => this.#ended(how));
      if (this.#isStopped && this.#identity !== undefined) this.#stopNow();
    } catch (error) {
      this.#isStarting = false;
      this.#ended(`can't be started: ${(error as Error).message}`);
    }
  }

  #ended(how: string): void {
    clearTimeout(this.#timer);
    // What it has started and left behind would hold its port.
    this.#kill();
    this.#identity = undefined;
    if (this.#isStopped) return this.#end();
    this.#detail = how;
    this.#set('waiting');
    this.#timer = setTimeout(() => {
      this.#restarts++;
      void this.#start();
    }, this.instance.restartDelayMs);
  }

  #end(): void {
    this.isOver = true;
    // A start that an earlier supervisor has begun may still be under way: its ticket stays cancelled.
    const below = this.#isOwn ? this.#number + 1 : this.#number;
    void clearTickets(this.#tickets, this.instance.id, below).catch(() => undefined);
    this.#onChange();
  }

  #set(state: InstanceReport['state']): void {
    this.#state = state;
    this.#since = new Date(systemClock()).toISOString();
    this.#onChange();
  }
}

/** Tells of the end of a process, also when that has been. */
function watchEnd(child: ChildProcess, onEnd: (how: string) => void): void {
  const end = (): void =>
    onEnd(child.signalCode === null ? `ended with exit code ${child.exitCode}` : `ended by ${child.signalCode}`);
  if (child.exitCode === null && child.signalCode === null) child.once('exit', end);
  else end();
}

/** Starts the program of an instance in a session of its own: it outlives whoever has started it. */
async function launch(instance: Instance, ticket: string): Promise<ChildProcess> {
  const { command, stdout, stderr, workingDirectory: cwd } = instance;
  const fromFile = instance.environmentFile === undefined ? {} : await readEnvironmentFile(instance.environmentFile);
  const env = { ...baseEnvironment(process.env), ...instance.environment, ...fromFile, ...instance.own };
  const files = [stdout, stderr].map((path) => {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'a', 0o640);
  });
  try {
    const child = spawn('/bin/sh', ['-c', TICKET_SCRIPT, 'sh', ticket, ...command], {
      cwd,
      env,
      stdio: ['ignore', ...files],
      detached: true,
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return child;
  } finally {
    for (const file of files) closeSync(file);
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
