import type { ChangeNote, FlagDefinitions, FlagEdits, RampGuard, RampStep, ShortFlag } from '../../src/index.ts';
import type { GuardDecision, GuardedStore, GuardEdit, GuardReadings, MetricSample } from '../../src/guard/index.ts';
import { flagsOf, NOW, only } from '../fixtures.ts';

export const MINUTE = 60_000;
export const HOUR: number = 60 * MINUTE;

/** A time so many minutes from now. */
export const at = (minutes: number): string => new Date(NOW + minutes * MINUTE).toISOString();

export const calm: RampGuard = { metric: 'error_rate', below: 1 };

/** A flag with this ramp alone. */
export const ramped = (...ramp: readonly RampStep[]): ShortFlag => ({ rollout: { unit: 'user' }, schedule: { ramp } });

/** Readings of one metric of the flag `f`: values by the minutes from now. */
export function read(values: Readonly<Record<string, number>>, metric = 'error_rate'): GuardReadings {
  const samples = Object.entries(values).map(([minutes, value]) => ({ atMs: NOW + Number(minutes) * MINUTE, value }));
  return { f: { [metric]: { samples } } };
}

/** A sample for each minute from one to another. */
export function minutely(from: number, to: number, value: (minute: number) => number): readonly MetricSample[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    atMs: NOW + (from + index) * MINUTE,
    value: value(from + index),
  }));
}

/** The flags after everything was written. */
export function applied(definitions: FlagDefinitions, edits: readonly GuardEdit[]): FlagDefinitions {
  const written = edits.map(({ key, definition }) => [key, definition] as const);
  return { ...definitions, flags: { ...definitions.flags, ...Object.fromEntries(written) } };
}

export const editsOf = (decisions: readonly GuardDecision[]): readonly GuardEdit[] =>
  decisions.flatMap(({ edit }) => (edit === undefined ? [] : [edit]));

/** The percentage of the flag `f` that is in force. */
export function percentageOf(definitions: FlagDefinitions, nowMs: number = NOW): number {
  const facts = flagsOf(definitions, nowMs).explain('f', { user: 'u' }).findings.at(-1)?.facts;
  return facts?.['percentage'] as number;
}

/** Flags in memory that are changed as all stores change them: what was decided on older flags is decided again. */
export class SharedFlags implements GuardedStore {
  definitions: FlagDefinitions;
  version = 1;
  readonly history: { readonly by: string; readonly why: string }[] = [];
  /** Is called when a change has been decided on, and not been written yet. */
  beforeWrite: () => Promise<void> = () => Promise.resolve();

  constructor(flag: ShortFlag, rest: Partial<FlagDefinitions> = {}) {
    this.definitions = only(flag, rest);
  }

  load(known: string | undefined): ReturnType<GuardedStore['load']> {
    const { definitions, version } = this;
    return Promise.resolve(known === String(version) ? undefined : { definitions, version: String(version) });
  }

  async change(edits: FlagEdits, about: ChangeNote): Promise<undefined> {
    for (;;) {
      const { version } = this;
      const list = (typeof edits === 'function' ? edits(this.definitions) : edits) as readonly GuardEdit[];
      if (list.length === 0) return undefined;
      await this.beforeWrite();
      if (this.version !== version) continue;
      this.replace(applied(this.definitions, list));
      this.history.push(about);
      return undefined;
    }
  }

  replace(definitions: FlagDefinitions): void {
    // What was written has to be good flags.
    flagsOf(definitions);
    this.definitions = definitions;
    this.version++;
  }
}
