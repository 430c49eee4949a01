import type { Repository } from '@x/backup-store';
import { isDamage } from '../content/read-content.ts';
import { ModelError } from '../errors.ts';
import { Findings } from '../inspect/findings.ts';
import type { ModelFormat, TensorInfo } from '../inspect/inspection.ts';
import { defaultLimits } from '../inspect/limits.ts';
import { Walk } from '../inspect/walk.ts';
import type { ModelVersion } from '../versions/version.ts';
import { movementOf, noSums, type Sums, TensorComparer } from './compare-tensor.ts';
import { ContentSource } from './content-source.ts';
import { numberTypes } from './number-types.ts';
import type { MovedTensor, ReshapedTensor, WeightsDiff } from './weights-diff.ts';

/** Formats that say where their tensors are, and store them as they are. */
const formats: readonly ModelFormat[] = ['safetensors', 'gguf'];

/** Where contents are read. */
export interface DiffWeightsOptions {
  readonly repository: Repository;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads two versions side by side and tells how far the weights of each tensor moved. Files of other formats than safetensors and GGUF are told apart
 * by their digests alone.
 *
 * @throws {ModelError} `MODEL_DAMAGED`, `ABORTED`.
 */
export async function diffWeights(
  before: ModelVersion,
  after: ModelVersion,
  options: DiffWeightsOptions,
): Promise<WeightsDiff> {
  const other = [before, after].find(({ inspection }) => !formats.includes(inspection.format));
  if (other !== undefined) {
    const note = `Where the weights of ${other.inspection.format} are is not read: only the digests of the files were compared.`;
    return { by: 'digest', note, same: 0, moved: [], reshaped: [] };
  }
  try {
    const [old, young] = [await opened(before, options), await opened(after, options)];
    return await compared(old, young, before.digest === after.digest);
  } catch (error) {
    throw failure(error, { before, after, signal: options.signal });
  }
}

interface Opened {
  readonly source: ContentSource;
  readonly tensors: ReadonlyMap<string, TensorInfo>;
}

async function opened(version: ModelVersion, options: DiffWeightsOptions): Promise<Opened> {
  const { signal } = options;
  const source = await ContentSource.open(version, options);
  const findings = new Findings(1);
  const walk = new Walk({ limits: defaultLimits, findings, directory: undefined, signal });
  const report = await walk.content(source, { level: 0, only: formats });
  const tensors = (report?.tensors ?? []).filter(
    ({ offset, bytes }) => offset !== undefined && bytes !== undefined && offset + bytes <= source.size,
  );
  return { source, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
}

async function compared(old: Opened, young: Opened, isSameFile: boolean): Promise<WeightsDiff> {
  const reshaped = reshapedIn(old, young);
  const apart = new Set(reshaped.map(({ name }) => name));
  const pairs = [...old.tensors.values()].filter(({ name }) => !apart.has(name));
  if (isSameFile) return { by: 'tensors', same: pairs.length, moved: [], reshaped };
  const [types, comparer, total] = [numberTypes(), new TensorComparer(), noSums()];
  const moved: MovedTensor[] = [];
  for (const { name, type, shape, offset = 0, bytes = 0 } of pairs) {
    const range = (source: ContentSource, from: number): AsyncIterable<Uint8Array> => source.range(from, bytes);
    const sides = { old: range(old.source, offset), young: range(young.source, young.tensors.get(name)?.offset ?? 0) };
    const { changedBytes, sums } = await comparer.compare({ ...sides, bytes }, types.get(type));
    if (sums !== undefined) add(total, sums);
    if (changedBytes === 0) continue;
    const movement = sums === undefined ? {} : { movement: movementOf(sums) };
    moved.push({ name, type, shape, bytes, changedBytes, ...movement });
  }
  return {
    by: 'tensors',
    same: pairs.length - moved.length,
    moved: moved.toSorted((a, b) => farness(b) - farness(a)),
    reshaped,
    ...(total.elements === 0 ? {} : { total: movementOf(total) }),
  };
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

function reshapedIn(old: Opened, young: Opened): readonly ReshapedTensor[] {
  const names = [...new Set([...old.tensors.keys(), ...young.tensors.keys()])];
  return names.flatMap((name) => {
    const [before, after] = [kindOf(old.tensors.get(name)), kindOf(young.tensors.get(name))];
    if (before === after) return [];
    return [{ name, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
  });
}

function kindOf(tensor: TensorInfo | undefined): string | undefined {
  return tensor === undefined ? undefined : `${tensor.type} [${tensor.shape.join(', ')}]`;
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
