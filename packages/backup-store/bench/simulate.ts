// Runs the simulator of writers, keepers and forgetters on all processors.
// Usage: npm run simulate -- [--schedules 10000] [--seed 1] [--codec plain|sealed] [--mutant NAME] [--threads N] [--count]
//        --count goes on after a violation
//        npm run simulate -- --replay SEED [--codec ...] [--mutant ...]     tells the schedule, shrunk if it fails
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import {
  type FailedSchedule,
  type Mutant,
  MUTANTS,
  replay,
  shrink,
  simulate,
  type SimulateOptions,
  type SimulationReport,
} from '../src/testing/index.ts';

/** Schedules that a thread takes at a time. */
const PIECE = 250;

// Thousands of failed calls are part of every schedule: where they come from is of no interest.
Error.stackTraceLimit = 0;

type Settings = Pick<SimulateOptions, 'codec' | 'mutant' | 'stopAtFirst'>;

/** What is asked for, checked. */
function asked(): Settings & { schedules: number; seed: number; threads: number; replay: number | undefined } {
  const { values } = parseArgs({
    options: {
      schedules: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
      codec: { type: 'string', default: 'plain' },
      mutant: { type: 'string' },
      threads: { type: 'string', default: String(availableParallelism()) },
      count: { type: 'boolean', default: false },
      replay: { type: 'string' },
    },
  });
  const whole = (name: 'schedules' | 'seed' | 'threads' | 'replay'): number => {
    const value = Number(values[name]);
    if (Number.isSafeInteger(value) && value > 0) return value;
    throw new TypeError(`Expected --${name} to be a whole number from 1 on, got "${values[name]}"`);
  };
  const { codec, mutant } = values;
  if (codec !== 'plain' && codec !== 'sealed') throw new TypeError(`Expected plain or sealed, got "${codec}"`);
  if (mutant !== undefined && !MUTANTS.includes(mutant as Mutant))
    throw new TypeError(`Expected one of ${MUTANTS.join(', ')}, got "${mutant}"`);
  return {
    codec,
    mutant: mutant as Mutant | undefined,
    stopAtFirst: !values.count,
    schedules: whole('schedules'),
    seed: whole('seed'),
    threads: whole('threads'),
    replay: values.replay === undefined ? undefined : whole('replay'),
  };
}

async function tell(seed: number, settings: Settings): Promise<void> {
  const { failures } = await simulate({ ...settings, seed, schedules: 1 });
  const [failed] = failures;
  const choices = failed && (await shrink(failed.choices, settings));
  const { message, story } = await replay(choices === undefined ? { seed } : { choices }, settings);
  for (const line of story) console.log(line);
  console.log(message === undefined ? 'Nothing was lost.' : `Broken: ${message}`);
  if (message !== undefined) process.exitCode = 1;
}

/** Lets threads take one piece after the other. */
async function all(settings: ReturnType<typeof asked>): Promise<void> {
  const { schedules, seed, threads } = settings;
  const total = { schedules: 0, steps: 0, failures: [] as FailedSchedule[] };
  const started = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    const worker = new Worker(new URL(import.meta.url), { workerData: settings });
    try {
      while (next < schedules && (total.failures.length === 0 || settings.stopAtFirst === false)) {
        const first = next;
        next += PIECE;
        const piece = { seed: seed + first, schedules: Math.min(PIECE, schedules - first) };
        const report = await new Promise<SimulationReport>((resolve, reject) => {
          worker.once('error', reject);
          worker.once('message', (message: SimulationReport) => {
            worker.off('error', reject);
            resolve(message);
          });
          worker.postMessage(piece);
        });
        total.schedules += report.schedules;
        total.steps += report.steps;
        total.failures.push(...report.failures);
        if (process.stderr.isTTY) process.stderr.write(`\r${total.schedules} of ${schedules}`);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: threads }, lane));
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(
    `${total.schedules} schedules from seed ${seed} on (${settings.codec}): ${total.steps} steps, ${total.failures.length} violations, ${seconds} s`,
  );
  for (const { seed: failed, message } of total.failures.slice(0, 3)) {
    console.log(
      `Seed ${failed}: ${message}. Its story: npm run simulate -- --replay ${failed} --codec ${settings.codec}`,
    );
    process.exitCode = 1;
  }
}

if (isMainThread) {
  try {
    const settings = asked();
    await (settings.replay === undefined ? all(settings) : tell(settings.replay, settings));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
} else {
  const settings = workerData as Settings;
  parentPort?.on('message', (piece: { seed: number; schedules: number }) => {
    void simulate({ ...settings, ...piece }).then((report) => parentPort?.postMessage(report));
  });
}
