import type { ModelVersion } from '../versions/version.ts';
import type { WeightsDiff } from '../weights/weights-diff.ts';

/** A value before and after; one side is missing where it was added or taken away. */
export interface Changed<T> {
  readonly name: string;
  readonly before?: T | undefined;
  readonly after?: T | undefined;
}

/** What sets two versions apart. */
export interface VersionDiff {
  readonly before: string;
  readonly after: string;
  /** Whether the files are the same, byte for byte. */
  readonly sameContent: boolean;
  readonly metrics: readonly Changed<number>[];
  readonly params: readonly Changed<string | number | boolean>[];
  readonly inputs: readonly Changed<string>[];
  readonly outputs: readonly Changed<string>[];
  /** Bytes that the newer one is larger. */
  readonly sizeChange: number;
  /** Parameters that the newer one has more, where both tell. */
  readonly parametersChange?: number | undefined;
  /** How far weights moved, when it was asked for. */
  readonly weights?: WeightsDiff | undefined;
}

/** Compares what is known of two versions; what is the same is left out. */
export function diffVersions(before: ModelVersion, after: ModelVersion): VersionDiff {
  const [old, young] = [before.inspection, after.inspection];
  const both = old.parameters !== undefined && young.parameters !== undefined;
  return {
    before: before.version,
    after: after.version,
    sameContent: before.digest === after.digest,
    metrics: changes(before.metrics, after.metrics),
    params: changes(before.params, after.params),
    inputs: changes(shapes(old.inputs), shapes(young.inputs)),
    outputs: changes(shapes(old.outputs), shapes(young.outputs)),
    sizeChange: after.size - before.size,
    ...(both ? { parametersChange: (young.parameters ?? 0) - (old.parameters ?? 0) } : {}),
  };
}

function changes<T>(before: Readonly<Record<string, T>>, after: Readonly<Record<string, T>>): readonly Changed<T>[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  const of = (values: Readonly<Record<string, T>>, name: string): T | undefined =>
    Object.hasOwn(values, name) ? values[name] : undefined;
  return names
    .map((name) => ({ name, before: of(before, name), after: of(after, name) }))
    .filter((each) => each.before !== each.after);
}

/** `float32 [?, 3]`, by names. */
function shapes(tensors: ModelVersion['inspection']['inputs']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    tensors.map(({ name, type, shape }) => [name, `${type} [${shape.map((size) => size ?? '?').join(', ')}]`]),
  );
}
