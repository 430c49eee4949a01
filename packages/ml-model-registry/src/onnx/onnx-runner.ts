import { readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire, findPackageJSON } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ModelError } from '../errors.ts';
import { runChild } from '../load-test/child.ts';
import type { ModelRunner, RunResult, RunTask } from '../load-test/contract.ts';
import { cleanEnvironment } from '../load-test/environment.ts';
import { checkSamples } from '../load-test/sample.ts';
import type { ChildResult } from './result.ts';

/** Of what comes out for all samples, as JSON. */
const MOST_BYTES = 256 * 1024 * 1024;

/** How ONNX Runtime is found and run. */
export interface OnnxRunnerOptions {
  /** Threads that a model is run with. Default 1. */
  readonly threads?: number | undefined;
  /** The folder whose packages have `onnxruntime-node`. Default: those that this package sees, then those of the working directory. */
  readonly from?: string | undefined;
  /** The program of the child process, where this package was bundled: what does `import '@x/ml-model-registry/onnx-child'`. Default: this package's own. */
  readonly child?: URL | undefined;
}

/**
 * Tests ONNX models with `onnxruntime-node`, an optional peer. The model is loaded and run in another process, on the processor; operators of other
 * libraries are not loaded.
 *
 * @example
 * ```ts
 * import { validateModel } from '@x/ml-model-registry';
 * import { onnxRunner } from '@x/ml-model-registry/onnx';
 *
 * const x = { type: 'float32', shape: [1, 3], data: [1, 2, 3] };
 * const { status, loadTest } = await validateModel('price.onnx', { runners: [onnxRunner()], samples: [{ inputs: { x } }] });
 * console.log(status, loadTest.detail);
 * ```
 */
export function onnxRunner(options: OnnxRunnerOptions = {}): ModelRunner {
  return { name: 'onnxruntime', formats: ['onnx'], run: async (task) => await run(task, options) };
}

async function run(task: RunTask, options: OnnxRunnerOptions): Promise<RunResult> {
  const runtime = pathToFileURL(runtimePath(options.from)).href;
  const [request, result] = [join(task.folder, 'request.json'), join(task.folder, 'result.json')];
  const inputs = task.samples.map((sample) => sample.inputs);
  await writeFile(
    request,
    JSON.stringify({ runtime, file: task.file, threads: options.threads ?? 1, inputs, mostBytes: MOST_BYTES }),
  );
  const program = fileURLToPath(options.child ?? defaultChild());
  const ended = await runChild([process.execPath, '--no-warnings', program, request, result], {
    folder: task.folder,
    environment: cleanEnvironment(task.folder),
    // What the model makes of the process must not fill the disk either.
    fileBytes: MOST_BYTES,
    ...task.limits,
    signal: task.signal,
  });
  if (ended.end !== 'ended') {
    const why = ended.lastLines.find((line) => line.trim() !== '');
    return {
      end: ended.end,
      detail: `Expected it to be run, got ${ended.outcome}${why === undefined ? '' : `: ${why}`}`,
    };
  }
  return await resultIn(result, inputs.length);
}

/** What the child has written, held against what it may write: it has run what others have made. */
async function resultIn(path: string, samples: number): Promise<RunResult> {
  try {
    if ((await stat(path)).size > MOST_BYTES)
      return { end: 'failed', detail: `Expected at most ${MOST_BYTES} bytes of outputs, got more` };
    const { outputs = [], error } = JSON.parse(await readFile(path, 'utf8')) as Omit<ChildResult, 'error'> & {
      readonly error?: unknown;
    };
    if (error !== undefined) {
      const detail = typeof error === 'string' ? error : JSON.stringify(error);
      return { end: isMemory(detail) ? 'out-of-memory' : 'failed', detail };
    }
    checkSamples(outputs.map((each) => ({ inputs: each })));
    return { end: 'ended', detail: `Loaded, and run on ${samples} samples`, outputs };
  } catch (error) {
    return { end: 'crashed', detail: `Expected outputs as JSON, got ${(error as Error).message}` };
  }
}

const isMemory = (text: string): boolean => /bad_alloc|failed to allocate|out of memory|allocation failed/i.test(text);

/** @throws {ModelError} `RUNTIME_MISSING`. */
function runtimePath(from: string | undefined): string {
  const beside = (folder: string): string => join(resolve(folder), 'package.json');
  const places = from === undefined ? [fileURLToPath(import.meta.url), beside('.')] : [beside(from)];
  for (const place of places) {
    const found = packageSeenFrom(place);
    if (found !== undefined) return createRequire(found).resolve('./');
  }
  throw new ModelError('RUNTIME_MISSING', 'Expected onnxruntime-node, got no such package', {
    hint: 'Install it: npm install onnxruntime-node',
  });
}

/** Path of the runtime's `package.json`. */
function packageSeenFrom(place: string): string | undefined {
  try {
    return findPackageJSON('onnxruntime-node', place);
  } catch {
    return undefined;
  }
}

/** The program beside this module: TypeScript in a checkout, JavaScript once built. */
function defaultChild(): URL {
  const here = import.meta.url;
  return here.endsWith('.ts') ? new URL('./child.ts', here) : new URL('./onnx-child.js', here);
}
