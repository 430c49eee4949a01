import { Choices } from './choices.ts';
import type { SimulationCodec } from './codec.ts';
import type { Mutant } from './mutants.ts';
import { plainCodec } from './plain-codec.ts';
import { sealedCodec } from './sealed-codec.ts';
import { Simulation } from './simulation.ts';

/** Which schedules to run. */
export interface SimulateOptions {
  /** Number of the first schedule. Default 1. */
  readonly seed?: number | undefined;
  readonly schedules: number;
  /** `plain` (default): without encryption and compression, many times faster. */
  readonly codec?: 'plain' | 'sealed' | undefined;
  /** A rule to break. */
  readonly mutant?: Mutant | undefined;
  /** Stop at the first schedule that fails. Default true. */
  readonly stopAtFirst?: boolean | undefined;
  /** Told after each schedule. */
  readonly onSchedule?: ((done: number) => void) | undefined;
}

/** A schedule that broke a law. */
export interface FailedSchedule {
  readonly seed: number;
  readonly message: string;
  /** What was decided, to be repeated or shrunk. */
  readonly choices: readonly number[];
}

/** What simulating came to. */
export interface SimulationReport {
  readonly schedules: number;
  /** Calls, faults, deaths and waits in all schedules. */
  readonly steps: number;
  readonly failures: readonly FailedSchedule[];
}

const codecOf = (name: 'plain' | 'sealed' = 'plain'): SimulationCodec =>
  name === 'plain' ? plainCodec() : sealedCodec();

/**
 * Runs writers, keepers and forgetters against a store that loses answers, delays and repeats writes, lists what is not
 * of one instant, and lets processes die, and looks after each step whether every snapshot that must be there can be restored.
 * The code that is run is that of the package itself. The same seed gives the same schedule.
 *
 * @example
 * ```ts
 * import { simulate } from '@x/backup-store/testing';
 *
 * const { failures } = await simulate({ schedules: 1000 });
 * if (failures.length > 0) throw new Error(failures[0]?.message);
 * ```
 */
export async function simulate(options: SimulateOptions): Promise<SimulationReport> {
  const { seed = 1, schedules, mutant, stopAtFirst = true } = options;
  const codec = codecOf(options.codec);
  const failures: FailedSchedule[] = [];
  let steps = 0;
  let done = 0;
  for (; done < schedules; done++) {
    const choices = new Choices({ seed: seed + done });
    const simulation = new Simulation({ choices, codec, mutant });
    try {
      await simulation.run();
    } catch (error) {
      failures.push({ seed: seed + done, message: (error as Error).message, choices: choices.taken });
    }
    steps += simulation.steps;
    // Schedules are promises alone: whatever else this thread has to do waits for no more than one of them.
    await new Promise<void>((resolve) => setImmediate(resolve));
    options.onSchedule?.(done + 1);
    if (stopAtFirst && failures.length > 0) {
      done++;
      break;
    }
  }
  return { schedules: done, steps, failures };
}

/** A schedule that was run again, in words. */
export interface Replay {
  /** The law it broke; `undefined`: none. */
  readonly message: string | undefined;
  /** One line for each thing that happened. */
  readonly story: readonly string[];
}

/** Runs one schedule again and tells what happens in it. */
export async function replay(
  what: { readonly seed: number } | { readonly choices: readonly number[] },
  options: Pick<SimulateOptions, 'codec' | 'mutant'> = {},
): Promise<Replay> {
  const choices = new Choices('seed' in what ? what : { given: what.choices });
  const story: string[] = [];
  const simulation = new Simulation({
    choices,
    codec: codecOf(options.codec),
    mutant: options.mutant,
    tell: (line) => story.push(line),
  });
  try {
    await simulation.run();
    return { message: undefined, story };
  } catch (error) {
    return { message: (error as Error).message, story };
  }
}

/**
 * Makes a failing schedule simpler for as long as it fails: decisions are left out and set to the most ordinary one, in
 * ever smaller pieces (delta debugging; Zeller and Hildebrandt, IEEE TSE 28/2, 2002).
 */
export async function shrink(
  failed: readonly number[],
  options: Pick<SimulateOptions, 'codec' | 'mutant'> = {},
): Promise<readonly number[]> {
  const fails = async (choices: readonly number[]): Promise<boolean> =>
    (await replay({ choices }, options)).message !== undefined;
  let best = failed;
  for (let size = Math.max(1, best.length >> 1); size >= 1; size >>= 1) {
    for (let at = 0; at < best.length;) {
      const without = [...best.slice(0, at), ...best.slice(at + size)];
      const ordinary = [...best.slice(0, at), ...best.slice(at, at + size).map(() => 0), ...best.slice(at + size)];
      if (await fails(without)) best = without;
      else if (best.slice(at, at + size).some((choice) => choice !== 0) && (await fails(ordinary))) {
        best = ordinary;
        at += size;
      } else at += size;
    }
  }
  return best;
}
