import type { Repository } from '@x/backup-store';
import { isDamage } from '../content/read-content.ts';
import { ModelError } from '../errors.ts';
import type { ModelFormat } from '../inspect/inspection.ts';
import { StructureError } from '../inspect/structure-error.ts';
import type { FoundTensor } from '../inspect/tensor-values.ts';
import type { ModelVersion } from '../versions/version.ts';
import { movementOf, noSums, type Sums, TensorComparer } from './compare-tensor.ts';
import { fullName, numberTypes } from './number-types.ts';
import { openTensors, type OpenTensors } from './open-tensors.ts';
import { plainPair } from './plain-pair.ts';
import type { MovedTensor, ReshapedTensor, UnreadTensor, WeightsDiff } from './weights-diff.ts';

/** Where contents are read. */
export interface DiffWeightsOptions {
  readonly repository: Repository;
  readonly signal?: AbortSignal | undefined;
}

/** Formats that have no tensors: trees, and what is not known. */
const bare: ReadonlySet<ModelFormat> = new Set(['xgboost-json', 'xgboost-ubj', 'lightgbm', 'unknown']);

/**
 * Reads two versions side by side and tells how far the weights of each tensor moved. Files of formats without tensors are told apart by their digests
 * alone.
 *
 * @throws {ModelError} `MODEL_DAMAGED`, `ABORTED`.
 */
export async function diffWeights(
  before: ModelVersion,
  after: ModelVersion,
  options: DiffWeightsOptions,
): Promise<WeightsDiff> {
  const bareFormat = [before, after].find(({ inspection }) => bare.has(inspection.format));
  if (bareFormat !== undefined) return byDigest(bareFormat);
  try {
    await using old = await openTensors(before, options);
    await using young = await openTensors(after, options);
    if (old.tensors.size === 0) return byDigest(before);
    if (young.tensors.size === 0) return byDigest(after);
    return await compared(old, young, before.digest === after.digest);
  } catch (error) {
    throw failure(error, { before, after, signal: options.signal });
  }
}

function byDigest({ inspection }: ModelVersion): WeightsDiff {
  const note = `No tensors are known in a file of ${inspection.format}: only the digests of the files were compared.`;
  return { by: 'digest', note, same: 0, moved: [], reshaped: [], unknown: [] };
}

async function compared(old: OpenTensors, young: OpenTensors, isSameFile: boolean): Promise<WeightsDiff> {
  const reshaped = reshapedIn(old, young);
  const apart = new Set(reshaped.map(({ name }) => name));
  const pairs = [...old.tensors].filter(([name]) => !apart.has(name));
  if (isSameFile) return { by: 'tensors', same: pairs.length, moved: [], reshaped, unknown: [] };
  const comparing = { types: numberTypes(), comparer: new TensorComparer(), total: noSums(), old, young };
  const moved: MovedTensor[] = [];
  const unknown: UnreadTensor[] = [];
  for (const [name, tensor] of pairs) {
    const found = await comparedPair({ ...tensor, name }, young.tensors.get(name) ?? tensor, comparing);
    if (typeof found === 'string') unknown.push({ name, type: tensor.type, shape: tensor.shape, reason: found });
    else if (found !== undefined) moved.push(found);
  }
  const { total } = comparing;
  return {
    by: 'tensors',
    same: pairs.length - moved.length - unknown.length,
    moved: moved.toSorted((a, b) => farness(b) - farness(a)),
    reshaped,
    unknown,
    ...(total.elements === 0 ? {} : { total: movementOf(total) }),
  };
}

interface Comparing {
  readonly types: ReturnType<typeof numberTypes>;
  readonly comparer: TensorComparer;
  readonly total: Sums;
  readonly old: OpenTensors;
  readonly young: OpenTensors;
}

/** How far a tensor moved; nothing where it is the same; or why it is not known. */
async function comparedPair(
  before: FoundTensor,
  after: FoundTensor,
  { types, comparer, total, old, young }: Comparing,
): Promise<MovedTensor | string | undefined> {
  const { name, type, shape } = before;
  const numbers = types.get(fullName(type));
  const pair = plainPair({
    values: [old.valuesOf(before), young.valuesOf(after)],
    shape,
    isNumber: numbers !== undefined,
  });
  if (typeof pair === 'string') return pair;
  if (numbers !== undefined && pair.bytes % numbers.bytes !== 0) return 'it has no whole number of numbers';
  try {
    const { changedBytes, sums } = await comparer.compare(pair, numbers);
    if (sums !== undefined) add(total, sums);
    if (changedBytes === 0) return undefined;
    const movement = sums === undefined ? {} : { movement: movementOf(sums) };
    return { name, type, shape, bytes: pair.bytes, changedBytes, ...movement };
  } catch (error) {
    // What was found wrong when it was added, and taken nevertheless.
    if (error instanceof StructureError) return error.message;
    throw error;
  }
}

/** What moved from 0 has moved farthest; what can't be measured comes last. */
function farness({ movement }: MovedTensor): number {
  if (movement === undefined) return -1;
  return movement.relative ?? Number.POSITIVE_INFINITY;
}

function add(total: Sums, sums: Sums): void {
  total.elements += sums.elements;
  total.changed += sums.changed;
  total.notFinite += sums.notFinite;
  total.squares += sums.squares;
  total.before += sums.before;
  total.largest = Math.max(total.largest, sums.largest);
}

function reshapedIn(old: OpenTensors, young: OpenTensors): readonly ReshapedTensor[] {
  const names = [...new Set([...old.tensors.keys(), ...young.tensors.keys()])];
  return names.flatMap((name) => {
    const [before, after] = [old.tensors.get(name), young.tensors.get(name)];
    // Two formats may have two names for one type.
    if (kindOf(before, fullName) === kindOf(after, fullName)) return [];
    return [
      {
        name,
        ...(before === undefined ? {} : { before: kindOf(before) }),
        ...(after === undefined ? {} : { after: kindOf(after) }),
      },
    ];
  });
}

/** `float32 [3, 4]`; nothing for no tensor. */
function kindOf(tensor: FoundTensor | undefined, nameOf = (type: string): string => type): string | undefined {
  return tensor && `${nameOf(tensor.type)} [${tensor.shape.map((size) => size ?? '?').join(', ')}]`;
}

function failure(
  error: unknown,
  place: { readonly before: ModelVersion; readonly after: ModelVersion; readonly signal: AbortSignal | undefined },
): unknown {
  const { before, after, signal } = place;
  if (signal?.aborted === true) return new ModelError('ABORTED', 'The comparison was stopped', { cause: error });
  if (!isDamage(error)) return error;
  const message = `Expected the contents of ${before.model} ${before.version} and ${after.version}, got ${error.message}`;
  return new ModelError('MODEL_DAMAGED', message, {
    cause: error,
    hint: 'Scrub the model, and verify the repository.',
  });
}
