import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ModelError } from '../errors.ts';
import type { ModelInspection } from '../inspect/inspection.ts';
import { isAtWorst } from '../inspect/verdict.ts';
import { LIMITS_MEMORY } from './child.ts';
import { compareOutputs, type OutputDifference } from './compare-outputs.ts';
import type { LoadTestOptions, LoadTestReport, ModelRunner, RunResult, RunTask } from './contract.ts';
import { checkSamples } from './sample.ts';

const MiB = 1024 * 1024;
/** Node and a runtime take this much before a model is there. */
const LEAST_MEMORY = 768 * MiB;
/** Differences that a report names. */
const NAMED = 20;
/** Longest text of a report, in UTF-16 units: models and programs say what they like. */
const MOST_TEXT = 1000;

/** A file that is to be loaded. */
export interface LoadTestTask extends LoadTestOptions {
  readonly file: string;
  readonly inspection: Pick<ModelInspection, 'format' | 'verdict'>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Loads a model in a process of its own, runs it on samples, and compares what comes out. What an inspection finds fault with is not loaded.
 *
 * @throws {ModelError} `INVALID_INPUT`; the reason of the signal.
 */
export async function loadTest(task: LoadTestTask): Promise<LoadTestReport> {
  const { inspection, runners = [], accept = 'clean' } = task;
  const samples = checkSamples(task.samples ?? []);
  const limits = limitsOf(task);
  const { format, verdict } = inspection;
  if (!isAtWorst(verdict, accept)) return skippedTest(`Not loaded: the inspection says ${verdict}`);
  const runner = runners.find(({ formats }) => formats === undefined || formats.includes(format));
  if (runner === undefined) return skippedTest(`Not loaded: nothing here runs ${format}`);
  const folder = await mkdtemp(join(tmpdir(), 'load-test-'));
  try {
    const start = performance.now();
    const result = await runner.run({ file: resolve(task.file), format, folder, samples, limits, signal: task.signal });
    const ms = Math.round(performance.now() - start);
    return { ...judged(result, { samples, tolerance: task.tolerance, runner }), ms, memoryLimited: LIMITS_MEMORY };
  } catch (error) {
    // The rest of a validation says something all the same.
    if (error instanceof ModelError && error.code === 'RUNTIME_MISSING') {
      return skippedTest(`Not loaded: ${error.message}. ${error.hint ?? ''}`);
    }
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function limitsOf({ limits = {} }: LoadTestOptions): RunTask['limits'] {
  const { ms = 60_000, memoryBytes = 2048 * MiB } = limits;
  if (!(ms >= 1 && ms <= 86_400_000)) throw new ModelError('INVALID_INPUT', `Expected 1 to 86400000 ms, got ${ms}`);
  if (!(memoryBytes >= LEAST_MEMORY)) {
    throw new ModelError('INVALID_INPUT', `Expected at least ${LEAST_MEMORY} bytes of memory, got ${memoryBytes}`);
  }
  return { ms, memoryBytes };
}

/** The report of a model that was not loaded. */
export function skippedTest(detail: string): LoadTestReport {
  return { status: 'skipped', detail, samples: 0, compared: 0, differences: [], ms: 0, memoryLimited: LIMITS_MEMORY };
}

function judged(
  { end, detail: said, outputs }: RunResult,
  {
    samples,
    tolerance,
    runner,
  }: Pick<LoadTestTask, 'tolerance'> & { readonly samples: RunTask['samples']; readonly runner: ModelRunner },
): Omit<LoadTestReport, 'ms' | 'memoryLimited'> {
  const base = { runner: runner.name, end };
  const detail = said.slice(0, MOST_TEXT);
  if (end !== 'ended') return { ...base, status: 'failed', detail, samples: 0, compared: 0, differences: [] };
  const expected = samples.filter((sample) => sample.outputs !== undefined);
  if (expected.length > 0 && outputs === undefined) {
    const text = `Expected outputs of ${expected.length} samples, got none: ${runner.name} does not tell them`;
    return { ...base, status: 'failed', detail: text, samples: samples.length, compared: 0, differences: [] };
  }
  const all = samples.flatMap((sample, index): readonly OutputDifference[] => {
    const name = sample.name ?? String(index + 1);
    return compareOutputs(sample.outputs ?? {}, outputs?.[index] ?? {}, { sample: name, tolerance });
  });
  const found = { samples: samples.length, compared: expected.length, differences: all.slice(0, NAMED).map(cut) };
  const [first] = all;
  if (first === undefined) return { ...base, status: 'passed', detail, ...found };
  const text = `${first.output} of sample ${first.sample}: ${first.message}`.slice(0, MOST_TEXT);
  return { ...base, status: 'failed', detail: text, ...found };
}

function cut({ sample, output, message }: OutputDifference): OutputDifference {
  return { sample: sample.slice(0, 200), output: output.slice(0, 200), message: message.slice(0, MOST_TEXT) };
}
