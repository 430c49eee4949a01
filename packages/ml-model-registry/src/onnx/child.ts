import { readFile, writeFile } from 'node:fs/promises';
import type * as Runtime from 'onnxruntime-node';
import type { SampleTensor, SampleTensors, SampleValue } from '../load-test/sample.ts';
import { type ChildResult, resultText } from './result.ts';

// The program that loads an ONNX model: `node child.js REQUEST RESULT`, both JSON. It may be ended at any time.

/** What it is asked for. */
interface ChildRequest {
  /** URL of the module of ONNX Runtime. */
  readonly runtime: string;
  readonly file: string;
  readonly threads: number;
  readonly inputs: readonly SampleTensors[];
  /** Of the result. */
  readonly mostBytes: number;
}

type Ort = typeof Runtime;

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
} as const;

function tensorOf(ort: Ort, { type, shape, data }: SampleTensor): Runtime.Tensor {
  const dims = [...shape];
  if (type === 'string') return new ort.Tensor('string', data.map(String), dims);
  if (type === 'bool') return new ort.Tensor('bool', Uint8Array.from(data, Number), dims);
  if (type === 'int64') return new ort.Tensor('int64', BigInt64Array.from(data, BigInt), dims);
  if (type === 'uint64') return new ort.Tensor('uint64', BigUint64Array.from(data, BigInt), dims);
  if (!(type in arrays)) throw new Error(`Expected a type that samples can have, got ${type}`);
  const kind = type as keyof typeof arrays;
  return new ort.Tensor(kind, arrays[kind].from(data.map(Number)) as Float32Array, dims);
}

/** What JSON has no number for is text. */
function valueOf(value: unknown, type: string): SampleValue {
  if (type === 'bool') return Boolean(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return String(value);
}

function sampleOf({ type, dims, data }: Runtime.Tensor): SampleTensor {
  const values = Array.from(data as ArrayLike<unknown>, (each) => valueOf(each, type));
  return { type, shape: dims, data: values };
}

async function outputsOf({ runtime, file, threads, inputs }: ChildRequest): Promise<readonly SampleTensors[]> {
  const loaded = (await import(runtime)) as Ort & { readonly default?: Ort };
  const ort = loaded.default ?? loaded;
  const session = await ort.InferenceSession.create(file, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const all: SampleTensors[] = [];
  for (const sample of inputs) {
    const feeds = Object.fromEntries(Object.entries(sample).map(([name, tensor]) => [name, tensorOf(ort, tensor)]));
    const found = await session.run(feeds);
    all.push(Object.fromEntries(Object.entries(found).map(([name, tensor]) => [name, sampleOf(tensor)])));
  }
  return all;
}

const [, , request = '', result = ''] = process.argv;
let said: string;
try {
  const asked = JSON.parse(await readFile(request, 'utf8')) as ChildRequest;
  said = resultText({ outputs: await outputsOf(asked) }, asked.mostBytes);
} catch (error) {
  said = JSON.stringify({ error: error instanceof Error ? error.message : String(error) } satisfies ChildResult);
}
await writeFile(result, said);
// Threads of the runtime do not keep it.
process.exit(0);
