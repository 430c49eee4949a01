import type { ModelFormat, Verdict } from '../inspect/inspection.ts';
import type { OutputDifference, Tolerance } from './compare-outputs.ts';
import type { LoadSample, SampleTensors } from './sample.ts';

/** How much a model may take while it is tested. */
export interface LoadLimits {
  /** Milliseconds for loading and all samples. Default 60,000. */
  readonly ms?: number | undefined;
  /**
   * Bytes of data that each process may have; at least 768 MiB, which Node and a runtime need themselves. Default 2 GiB. The kernel sees to it on
   * Linux; elsewhere nobody does, and reports say so.
   */
  readonly memoryBytes?: number | undefined;
}

/** What a runner is to do. */
export interface RunTask {
  /** Path of the model file. */
  readonly file: string;
  readonly format: ModelFormat;
  /** A folder for whatever the runner has to write. It is removed afterwards. */
  readonly folder: string;
  readonly samples: readonly LoadSample[];
  readonly limits: Required<{ [name in keyof LoadLimits]: number }>;
  readonly signal?: AbortSignal | undefined;
}

/** How a process that loads a model has ended. */
export type RunEnd = 'ended' | 'failed' | 'timeout' | 'out-of-memory' | 'crashed';

/** What a runner says. */
export interface RunResult {
  /** `ended`: loaded, and run on every sample. */
  readonly end: RunEnd;
  /** One sentence. */
  readonly detail: string;
  /** What came out for each sample, in their order. `undefined`: the runner does not tell. */
  readonly outputs?: readonly SampleTensors[] | undefined;
}

/** Loads models of some formats and runs them, in a process of their own. */
export interface ModelRunner {
  /** For reports: `onnxruntime`, `python`. */
  readonly name: string;
  /** What it can load. Default: all. */
  readonly formats?: readonly ModelFormat[] | undefined;
  /** @throws {ModelError} `RUNTIME_MISSING` when it can't be run here. What the model does wrong is in the result. */
  run(task: RunTask): Promise<RunResult>;
}

/** How models are tested. */
export interface LoadTestOptions {
  /** The first one that takes the format runs. */
  readonly runners?: readonly ModelRunner[] | undefined;
  readonly samples?: readonly LoadSample[] | undefined;
  readonly tolerance?: Tolerance | undefined;
  readonly limits?: LoadLimits | undefined;
  /** The worst verdict that is loaded at all: what is suspicious may do harm when it is. Default `clean`. */
  readonly accept?: Exclude<Verdict, 'malicious'> | undefined;
}

/** What a load test has found. */
export interface LoadTestReport {
  /** `skipped`: it was not loaded, which is not to say that it can be. */
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly runner?: string | undefined;
  readonly end?: RunEnd | undefined;
  /** One sentence. */
  readonly detail: string;
  /** Samples that were run. */
  readonly samples: number;
  /** Samples whose outputs were compared. */
  readonly compared: number;
  /** The first twenty. */
  readonly differences: readonly OutputDifference[];
  /** Milliseconds that it took. */
  readonly ms: number;
  /** Whether the memory of its processes was limited. */
  readonly memoryLimited: boolean;
}
