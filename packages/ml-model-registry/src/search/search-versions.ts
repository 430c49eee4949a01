import { ModelError } from '../errors.ts';
import { versionId } from '../versions/known-version.ts';
import type { ModelVersion } from '../versions/version.ts';
import { type Condition, meets, parseCondition, parseFigureCondition } from './condition.ts';
import type { ModelQuery } from './model-query.ts';

/** Shortest beginning of a commit that counts. */
const SHORTEST_COMMIT = 7;

type Test = (version: ModelVersion) => boolean;

/**
 * The versions that match, in the order that was asked for.
 *
 * @throws {ModelError} `INVALID_INPUT` for a condition that is none.
 */
export function searchVersions(versions: readonly ModelVersion[], query: ModelQuery): readonly ModelVersion[] {
  const tests = testsOf(query);
  const found = versions.filter((version) => tests.every((test) => test(version)));
  return ordered(found, query.order).slice(0, query.limit);
}

function testsOf(query: ModelQuery): readonly Test[] {
  const { model, framework, format, verdict, dataset, commit, parent, text } = query;
  const metrics = (query.metrics ?? []).map(parseFigureCondition);
  const params = (query.params ?? []).map(parseCondition);
  const words = (text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return [
    ...(model === undefined ? [] : [(each: ModelVersion) => each.model === model]),
    ...(query.tags ?? []).map((tag) => (each: ModelVersion) => each.tags.includes(tag)),
    ...metrics.map((condition) => (each: ModelVersion) => meets(own(each.metrics, condition), condition)),
    ...params.map((condition) => (each: ModelVersion) => meets(own(each.params, condition), condition)),
    ...(framework === undefined
      ? []
      : [(each: ModelVersion) => each.inspection.framework?.name === framework.toLowerCase()]),
    ...(format === undefined ? [] : [(each: ModelVersion) => each.inspection.format === format]),
    ...(verdict === undefined ? [] : [(each: ModelVersion) => each.inspection.verdict === verdict]),
    ...(dataset === undefined
      ? []
      : [(each: ModelVersion) => each.dataset?.name === dataset || each.dataset?.digest === dataset]),
    ...(commit === undefined ? [] : [commitTest(commit)]),
    ...(parent === undefined
      ? []
      : [
          (each: ModelVersion) =>
            each.parents.some((parentOf) => parentOf.model === parent || versionId(parentOf) === parent),
        ]),
    ...words.map((word) => (each: ModelVersion) => textOf(each).includes(word)),
  ];
}

function own<T>(values: Readonly<Record<string, T>>, { name }: Condition): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function commitTest(commit: string): Test {
  return ({ code }) =>
    code !== undefined &&
    (code.commit === commit || (commit.length >= SHORTEST_COMMIT && code.commit.startsWith(commit)));
}

/** All that is said of a version, in lower case. */
function textOf({ model, description, file, tags, change, dataset, params }: ModelVersion): string {
  const texts = [model, description, file, ...tags, change, dataset?.name, ...Object.entries(params).flat()];
  return texts
    .filter((text) => text !== undefined)
    .join('\n')
    .toLowerCase();
}

function ordered(versions: readonly ModelVersion[], order: string | undefined): readonly ModelVersion[] {
  const newest = versions.toSorted((a, b) => b.addedAt - a.addedAt);
  if (order === undefined) return newest;
  const sign = order.startsWith('-') ? -1 : 1;
  const name = order.replace(/^-/, '');
  if (name === '') throw new ModelError('INVALID_INPUT', 'Expected a metric to order by, got an empty text');
  const figure = ({ metrics }: ModelVersion): number | undefined =>
    Object.hasOwn(metrics, name) ? metrics[name] : undefined;
  // Those that were not measured come last either way.
  return newest.toSorted((a, b) => {
    const [left, right] = [figure(a), figure(b)];
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
    return sign * (left - right);
  });
}
