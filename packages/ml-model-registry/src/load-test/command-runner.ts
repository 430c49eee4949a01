import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelError } from '../errors.ts';
import type { ModelFormat } from '../inspect/inspection.ts';
import { type ChildEnd, runChild } from './child.ts';
import type { ModelRunner, RunResult, RunTask } from './contract.ts';
import { cleanEnvironment } from './environment.ts';
import { checkSamples, type SampleTensors } from './sample.ts';

/** A command that loads a model. */
export interface CommandRunnerOptions {
  /** For reports. Default: the program. */
  readonly name?: string | undefined;
  /** The program and its arguments, without a shell. `{file}` is the model, `{format}` its format, `{samples}` a JSON file with the inputs of the samples. */
  readonly command: readonly [string, ...string[]];
  /** What it can load. Default: all. */
  readonly formats?: readonly ModelFormat[] | undefined;
  /** The exit code that says that all is well. Default 0. */
  readonly exitCode?: number | undefined;
  /** What its output has to contain, or match. */
  readonly stdout?: string | RegExp | undefined;
  /** `outputs`: it prints a JSON list, with the outputs of each sample (tensors by their names); they are compared. Default: nothing is read from it. */
  readonly prints?: 'outputs' | undefined;
  /** Variables for it. It gets no others but `PATH`, those of language and time zone, and `HOME` and `TMPDIR`, which are a folder that is removed. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
}

/**
 * Tests models by a command: `python -c …`, a container, a program of one's own. It is limited in time and memory, but it is no sandbox: whatever the
 * model does, it does with the rights of whoever runs the test.
 *
 * @throws {ModelError} `INVALID_INPUT` for a command without `{file}`.
 *
 * @example
 * ```ts
 * import { commandRunner } from '@x/ml-model-registry';
 *
 * const sklearn = commandRunner({
 *   command: ['python3', '-c', 'import sys, joblib; joblib.load(sys.argv[1]).predict', '{file}'],
 *   formats: ['pickle', 'joblib'],
 * });
 * console.log(sklearn.name); // python3
 * ```
 */
export function commandRunner(options: CommandRunnerOptions): ModelRunner {
  const { command, formats } = options;
  if (!command.slice(1).some((each) => each.includes('{file}'))) {
    throw new ModelError('INVALID_INPUT', `Expected a command with {file}, got ${command.join(' ').slice(0, 200)}`, {
      hint: 'Put {file} where the path of the model belongs.',
    });
  }
  return { name: options.name ?? command[0], formats, run: async (task) => await run(task, options) };
}

async function run(task: RunTask, options: CommandRunnerOptions): Promise<RunResult> {
  const samples = join(task.folder, 'samples.json');
  await writeFile(samples, JSON.stringify(task.samples.map(({ name, inputs }) => ({ name, inputs }))));
  const places: Readonly<Record<string, string>> = { file: task.file, format: task.format, samples };
  const filled = (text: string): string =>
    text.replaceAll(/\{(file|format|samples)\}/g, (_, name: string) => places[name] ?? '');
  const [program, ...args] = options.command;
  const ended = await runChild([program, ...args.map(filled)], {
    folder: task.folder,
    environment: cleanEnvironment(task.folder, options.environment),
    ...task.limits,
    signal: task.signal,
  });
  return resultOf(ended, task, options);
}

function resultOf(ended: ChildEnd, task: RunTask, options: CommandRunnerOptions): RunResult {
  const { exitCode = 0, stdout, prints } = options;
  const isDone = ended.code === exitCode && ended.end !== 'timeout';
  if (!isDone) {
    const end = ended.end === 'ended' ? 'failed' : ended.end;
    return { end, detail: sentence(`Expected exit code ${exitCode}, got ${ended.outcome}`, ended.lastLines) };
  }
  if (stdout !== undefined && !has(ended.stdout, stdout)) {
    const found = JSON.stringify(ended.stdout.slice(0, 200));
    return { end: 'failed', detail: `Expected ${String(stdout)} in what it prints, got ${found}` };
  }
  if (prints !== 'outputs') return { end: 'ended', detail: `Loaded by ${options.command[0]}` };
  return printed(ended.stdout, task);
}

function printed(text: string, task: RunTask): RunResult {
  try {
    const outputs = JSON.parse(text) as readonly SampleTensors[];
    checkSamples(outputs.map((inputs) => ({ inputs })));
    if (outputs.length === task.samples.length)
      return { end: 'ended', detail: `Run on ${outputs.length} samples`, outputs };
    return { end: 'failed', detail: `Expected outputs of ${task.samples.length} samples, got ${outputs.length}` };
  } catch (error) {
    return { end: 'failed', detail: `Expected outputs as JSON, got ${(error as Error).message}` };
  }
}

function has(text: string, wanted: string | RegExp): boolean {
  return typeof wanted === 'string'
    ? text.includes(wanted)
    : new RegExp(wanted.source, wanted.flags.replace(/[gy]/g, '')).test(text);
}

function sentence(text: string, lastLines: readonly string[]): string {
  return lastLines.length === 0 ? text : `${text}: ${lastLines.at(-1)}`;
}
