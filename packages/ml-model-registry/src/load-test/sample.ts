import { ModelError } from '../errors.ts';

/** Values of a tensor as JSON can have them. What JSON has no number for is text: `"NaN"`, `"Infinity"`, and whole numbers beyond 2^53 (`"9007199254740993"`). */
export type SampleValue = number | string | boolean;

/** A tensor in a sample. */
export interface SampleTensor {
  /** `float32`, `float64`, `int64`, `bool`, `string`, … as an inspection calls them. */
  readonly type: string;
  readonly shape: readonly number[];
  /** In the order of rows (C). */
  readonly data: readonly SampleValue[];
}

/** Tensors by their names. */
export type SampleTensors = Readonly<Record<string, SampleTensor>>;

/** What a model is given, and what has to come out. */
export interface LoadSample {
  /** For messages. */
  readonly name?: string | undefined;
  readonly inputs: SampleTensors;
  /** Outputs that are compared. Default: none, so it only has to run. */
  readonly outputs?: SampleTensors | undefined;
}

/** Most elements of one tensor, and most samples. */
const MOST_ELEMENTS = 10_000_000;
const MOST_SAMPLES = 10_000;

/**
 * Checks samples that come from a file: `[{ "inputs": { "x": { "type": "float32", "shape": [1, 3], "data": [1, 2, 3] } }, "outputs": { … } }]`.
 *
 * @throws {ModelError} `INVALID_INPUT`, with the place.
 *
 * @example
 * ```ts
 * import { checkSamples } from '@x/ml-model-registry';
 *
 * const x = { type: 'float32', shape: [1, 3], data: [1, 2, 3] };
 * console.log(checkSamples([{ inputs: { x } }]).length); // 1
 * ```
 */
export function checkSamples(value: unknown): readonly LoadSample[] {
  if (!Array.isArray(value) || value.length > MOST_SAMPLES) {
    throw wrong(`a list of at most ${MOST_SAMPLES} samples`, typeof value);
  }
  for (const [index, sample] of (value as readonly unknown[]).entries()) {
    const place = `sample ${index + 1}`;
    if (!isObject(sample)) throw wrong(`an object as ${place}`, typeof sample);
    checkTensors(sample['inputs'], `inputs of ${place}`);
    if (sample['outputs'] !== undefined) checkTensors(sample['outputs'], `outputs of ${place}`);
  }
  return value as readonly LoadSample[];
}

function checkTensors(value: unknown, place: string): void {
  if (!isObject(value)) throw wrong(`tensors by their names as ${place}`, typeof value);
  for (const [name, tensor] of Object.entries(value)) checkTensor(tensor, `${JSON.stringify(name)} in ${place}`);
}

function checkTensor(value: unknown, place: string): void {
  if (!isObject(value)) throw wrong(`a tensor as ${place}`, typeof value);
  const { type, shape, data } = value;
  if (typeof type !== 'string') throw wrong(`a type of ${place}`, typeof type);
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && Number(size) >= 0)) {
    throw wrong(`whole numbers as shape of ${place}`, JSON.stringify(shape) ?? 'nothing');
  }
  const elements = (shape as readonly number[]).reduce((all, size) => all * size, 1);
  if (elements > MOST_ELEMENTS) throw wrong(`at most ${MOST_ELEMENTS} elements in ${place}`, String(elements));
  const isList = Array.isArray(data) && data.every((each) => ['number', 'string', 'boolean'].includes(typeof each));
  if (!isList || data.length !== elements) {
    throw wrong(`${elements} values in ${place}`, Array.isArray(data) ? `${data.length}` : typeof data);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(expected: string, found: string): ModelError {
  return new ModelError('INVALID_INPUT', `Expected ${expected}, got ${found}`, {
    hint: 'A sample is { "inputs": { name: { "type", "shape", "data" } }, "outputs": { … } }.',
  });
}
