import { isBackupError } from '../errors.ts';
import { epochsPrefix, forgetPrefix } from '../layout/names.ts';
import { pruneTenant } from '../prune/prune-tenant.ts';
import type { Choices } from './choices.ts';
import type { SimulationCodec } from './codec.ts';
import { keeperOf, runForgetter, runKeeper } from './keeper-process.ts';
import { Machine } from './machine.ts';
import { Model, Violation } from './model.ts';
import { mutated, type Mutant, type RoundMemory } from './mutants.ts';
import type { SimulatedProcess } from './process.ts';
import { type LateEffect, type PendingCall, ScriptedStore, unavailable } from './scripted-store.ts';
import { runReader } from './reader.ts';
import { runWriter } from './writer.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');
/** More steps than this are no story but a loop. */
const MAX_STEPS = 5000;
const SKEWS = [0, 0, 2 * HOUR, -2 * HOUR];

/** Who takes part, and how often each runs. */
const CAST = [
  { name: 'writer-a', runs: 3, run: runWriter },
  { name: 'writer-b', runs: 1, run: runWriter },
  { name: 'keeper-a', runs: 2, run: runKeeper },
  { name: 'keeper-b', runs: 2, run: runKeeper },
  { name: 'forgetter', runs: 2, run: runForgetter },
  { name: 'reader', runs: 1, run: runReader },
] as const;

interface Actor {
  readonly role: (typeof CAST)[number];
  readonly machine: Machine;
  readonly skew: number;
  runsLeft: number;
  /** Name of the process that runs; empty: none. */
  process: string;
}

interface Timer {
  readonly process: string;
  readonly due: number;
  readonly fire: () => void;
}

/** One schedule: some processes on one store, where every call, fault, delay and death is decided by `choices`. */
export class Simulation {
  readonly #choices: Choices;
  readonly #codec: SimulationCodec;
  readonly #mutant: Mutant | undefined;
  readonly #tell: ((line: string) => void) | undefined;
  readonly #scripted = new ScriptedStore(() => this.#now);
  readonly #model: Model;
  readonly #actors: Actor[];
  #timers: Timer[] = [];
  readonly #alive = new Set<string>();
  readonly #rounds: RoundMemory = new Map();
  #now = START;
  #ids = 0;
  #processes = 0;
  #failure: Error | undefined;
  steps = 0;

  constructor(parts: {
    readonly choices: Choices;
    readonly codec: SimulationCodec;
    readonly mutant?: Mutant | undefined;
    readonly tell?: ((line: string) => void) | undefined;
  }) {
    this.#choices = parts.choices;
    this.#codec = parts.codec;
    this.#mutant = parts.mutant;
    this.#tell = parts.tell;
    this.#model = new Model(parts.codec, this.#scripted.inner);
    this.#actors = CAST.map((role) => ({
      role,
      machine: new Machine((process) => this.#alive.has(process)),
      skew: SKEWS[this.#choices.below(SKEWS.length)] as number,
      runsLeft: role.runs,
      process: '',
    }));
  }

  /** @throws {Violation} when a law is broken. */
  async run(): Promise<void> {
    while (await this.#step()) {
      if (++this.steps > MAX_STEPS) throw new Violation('the schedule does not end');
    }
    await this.#end();
  }

  /**
   * Lets everything happen that needs no call to the store. That is promises alone: a tick comes after all of them, and takes
   * no turn of the event loop, of which there would be hundreds in a schedule.
   */
  async #settle(): Promise<void> {
    await new Promise<void>((resolve) => process.nextTick(resolve));
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Carries out one thing that may happen now. @returns Whether there was one. */
  async #step(): Promise<boolean> {
    const { pending, late } = this.#scripted;
    const idle = this.#actors.filter(({ process, runsLeft }) => process === '' && runsLeft > 0);
    const isRare = this.#choices.chance(1, 6);
    if (idle.length > 0 && (isRare || pending.length === 0))
      this.#start(idle[this.#choices.below(idle.length)] as Actor);
    else if (late.length > 0 && isRare) await this.#land(this.#choices.below(late.length));
    else if (pending.length > 0)
      await this.#answer(pending.splice(this.#choices.below(pending.length), 1)[0] as PendingCall);
    else if (this.#timers.length > 0) this.#fire(this.#choices.below(this.#timers.length));
    else return false;
    this.#now += 1000;
    await this.#settle();
    return true;
  }

  #start(actor: Actor): void {
    const name = `${actor.role.name}.${++this.#processes}`;
    actor.process = name;
    actor.runsLeft--;
    this.#alive.add(name);
    this.#tell?.(`${name} begins`);
    const ended = (outcome: string): void => {
      if (!this.#alive.delete(name)) return;
      actor.process = '';
      this.#timers = this.#timers.filter(({ process }) => process !== name);
      this.#tell?.(`${name} ${outcome}`);
    };
    actor.role.run(this.#process(actor, name)).then(
      () => ended('is done'),
      (error: unknown) => {
        ended(`fails: ${(error as Error).message}`);
        if (!isExpected(error)) this.#failure ??= error as Error;
      },
    );
  }

  #process(actor: Actor, name: string): SimulatedProcess {
    const store = this.#scripted.handle(name);
    return {
      name: actor.role.name,
      codec: this.#codec,
      store: mutated(this.#mutant, {
        role: actor.role.name,
        memory: this.#rounds,
        store,
        scripted: this.#scripted,
        codec: this.#codec,
      }),
      choices: this.#choices,
      clock: () => this.#now + actor.skew,
      sleep: async (ms) => await new Promise((resolve) => this.#timer(name, ms, () => resolve())),
      every: (ms, act) => {
        let isOver = false;
        const beat = (): void => {
          if (isOver) return;
          act();
          this.#timer(name, ms, beat);
        };
        this.#timer(name, ms, beat);
        return () => {
          isOver = true;
        };
      },
      newId: (bytes) => this.#newId(bytes),
      memory: actor.machine.memory(name),
      mutant: this.#mutant,
      release: (snapshot) => this.#model.release(snapshot),
      isReleased: (snapshot) => this.#model.isReleased(snapshot),
      forgotten: this.#model.forgotten,
    };
  }

  /** Ids that are different in each schedule's order, and the same whenever the schedule is repeated. */
  #newId(bytes: number): string {
    const mixed = Math.imul(++this.#ids, 0x9e3779b1) >>> 0;
    return (mixed.toString(16).padStart(8, '0') + this.#ids.toString(16).padStart(8, '0')).padEnd(bytes * 2, '0');
  }

  #timer(process: string, ms: number, fire: () => void): void {
    if (this.#alive.has(process)) this.#timers.push({ process, due: this.#now + ms, fire });
  }

  #fire(number: number): void {
    const [timer] = this.#timers.splice(number, 1) as [Timer];
    this.#now = Math.max(this.#now, timer.due);
    this.#tell?.(`${timer.process} wakes up`);
    timer.fire();
  }

  /** Answers a call, in one of the ways in which calls are answered. */
  async #answer(call: PendingCall): Promise<void> {
    const fault = this.#choices.chance(1, 12) ? 1 + this.#choices.below(5) : 0;
    const said = `${call.client}: ${call.what} ${call.key}`;
    const isWrite = call.what === 'create' || call.what === 'delete';
    if (fault === 0 || (fault === 4 && !isWrite)) {
      this.#tell?.(said);
      await this.#effect(call, call.resolve, call.reject);
    } else if (fault === 1 || (fault === 3 && !isWrite)) {
      this.#tell?.(`${said} - fails and does nothing`);
      call.reject(unavailable(call));
    } else if (fault === 2) {
      this.#tell?.(`${said} - happens, and the answer is lost`);
      await this.#effect(call, () => call.reject(unavailable(call)), call.reject);
    } else if (fault === 3) {
      this.#tell?.(`${said} - fails, and happens later`);
      this.#scripted.late.push(call);
      call.reject(unavailable(call));
    } else if (fault === 4) {
      this.#tell?.(`${said} - and once more later`);
      await this.#effect(call, call.resolve, call.reject);
      this.#scripted.late.push(call);
    } else {
      this.#tell?.(`${said} - its process dies`);
      this.#die(call);
    }
  }

  /** The process of a call dies. What it had asked for happens, or does not, or happens later. */
  #die(call: PendingCall): void {
    const dropped = [call, ...this.#scripted.drop(call.client)];
    this.#kill(call.client);
    for (const each of dropped) {
      const isWrite = each.what === 'create' || each.what === 'delete';
      if (isWrite && this.#choices.chance(1, 2)) this.#scripted.late.push(each);
    }
  }

  #kill(process: string): void {
    this.#alive.delete(process);
    this.#timers = this.#timers.filter((timer) => timer.process !== process);
    for (const actor of this.#actors) if (actor.process === process) actor.process = '';
  }

  async #land(number: number): Promise<void> {
    const [late] = this.#scripted.late.splice(number, 1) as [LateEffect];
    this.#tell?.(`late: ${late.what} ${late.key} of ${late.client}`);
    await this.#effect(
      late,
      () => undefined,
      () => undefined,
    );
  }

  /** Carries out a call, then looks whether everything that must be there still is. */
  async #effect(effect: LateEffect, answer: (value: unknown) => void, refuse: (error: Error) => void): Promise<void> {
    let value: unknown;
    try {
      value = await effect.apply();
    } catch (error) {
      refuse(error as Error);
      return;
    }
    answer(value);
    const { what, key } = effect;
    const isCreated = what === 'create' && (value as { created: boolean }).created;
    if (isCreated && key.startsWith('commits/')) await this.#model.commit(key);
    const { label } = this.#codec.tenant;
    if (isCreated && key.startsWith(forgetPrefix(label)))
      this.#model.forgotten.add(key.slice(forgetPrefix(label).length));
    const decides = key.startsWith(epochsPrefix(label)) || key.startsWith('commits/');
    if ((isCreated && decides) || (what === 'delete' && !key.startsWith('sessions/'))) await this.#model.check();
  }

  /** Everybody is gone and everything has landed: what is left must be whole, and garbage must go. */
  async #end(): Promise<void> {
    // Each name is taken out while its turn lasts.
    for (const name of this.#alive) {
      for (const call of this.#scripted.drop(name)) {
        if ((call.what === 'create' || call.what === 'delete') && this.#choices.chance(1, 2))
          this.#scripted.late.push(call);
      }
      this.#kill(name);
    }
    while (this.#scripted.late.length > 0) await this.#land(this.#choices.below(this.#scripted.late.length));
    await this.#settle();
    await this.#model.check();
    this.#now += 24 * HOUR;
    const keeper = keeperOf(this.#codec, this.#codec.sealed(this.#scripted.inner), {
      clock: () => this.#now,
      sleep: async () => undefined,
      newId: (bytes) => this.#newId(bytes),
    });
    for (let i = 0; i < 2; i++) {
      const { waitingFor } = await pruneTenant(keeper, { waitMs: 0, fenceAfterMs: HOUR, maxUnusedPercent: 0 });
      if (waitingFor.length > 0) throw new Violation('a prune waits for sessions that have ended');
    }
    await this.#model.check();
    await this.#model.checkSpace();
  }
}

/** Failures that processes may have in a faulty world; any other is a mistake of the program. */
function isExpected(error: unknown): boolean {
  const { name, code } = error as { name?: string; code?: string };
  return (name === 'StorageError' && code === 'UNAVAILABLE') || isBackupError(error, 'SESSION_FENCED');
}
