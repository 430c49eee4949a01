import { componentsOf, isCircle } from '../definition/components.ts';
import type { Path } from '../definition/path.ts';
import { isObject, type Report } from '../definition/report.ts';
import { referencesIn } from './references.ts';

/** What a rule comes to when all that it refers to is written out. */
interface Extent {
  readonly nodes: number;
  readonly depth: number;
}

const NOTHING: Extent = { nodes: 0, depth: 0 };

/** Rules that come to more than this are refused: each evaluation would go through all of it. */
const MOST_NODES = 20_000;

/** And those that are nested deeper with all that they refer to: evaluation goes as deep. */
const DEEPEST = 256;

/** A rule of a flag or a segment, and where it stands. */
export interface PlacedRule {
  readonly rule: unknown;
  readonly path: Path;
}

/**
 * Checks what rules come to with all that they refer to: an end, a depth and a size.
 *
 * @param rules Those of which nothing is wrong yet, so that none of them is nested deep.
 * @param evaluators The same of evaluators. What refers to another one is judged without it.
 */
export function checkExtents(
  rules: readonly PlacedRule[],
  { evaluators, report }: { readonly evaluators: ReadonlyMap<string, unknown>; readonly report: Report },
): void {
  const known = new Map<string, Extent>();
  const extentOf = (value: unknown): Extent => {
    if (typeof value !== 'object' || value === null) return { nodes: 1, depth: 1 };
    if (isObject(value) && typeof value['$ref'] === 'string') return known.get(value['$ref']) ?? NOTHING;
    let [nodes, depth] = [1, 0];
    for (const each of Object.values(value) as unknown[]) {
      const inner = extentOf(each);
      nodes += inner.nodes;
      depth = Math.max(depth, inner.depth);
    }
    return { nodes, depth: depth + 1 };
  };
  const check = ({ rule, path }: PlacedRule): Extent => {
    const extent = extentOf(rule);
    if (extent.nodes > MOST_NODES || extent.depth > DEEPEST)
      report.note(
        path,
        `Expected a rule of at most ${MOST_NODES} parts, at most ${DEEPEST} deep, with all that it refers to, got ${extent.nodes}, ${extent.depth} deep`,
        'TOO_LARGE',
      );
    return extent;
  };
  // What an evaluator refers to comes before it, so nothing is followed twice, nor as deep as there are evaluators.
  const next = (name: string): readonly string[] =>
    referencesIn(evaluators.get(name)).filter((each) => evaluators.has(each));
  for (const names of componentsOf(evaluators.keys(), next)) {
    const isEndless = isCircle(names, next);
    for (const name of names) {
      const path = ['$evaluators', name];
      if (isEndless) report.note(path, 'Expected evaluators that end, got a circle of references', 'CIRCLE');
      else known.set(name, check({ rule: evaluators.get(name), path }));
    }
  }
  for (const each of rules) check(each);
}
