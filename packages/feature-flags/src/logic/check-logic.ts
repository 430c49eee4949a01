import { inside, type Path } from '../definition/path.ts';
import { isObject, type Report } from '../definition/report.ts';
import { OPERATORS } from './operators.ts';

/** Rules nested deeper than this are refused: nobody could read them, and evaluation goes as deep. */
const DEEPEST = 64;

/** What rules may refer to. */
export interface LogicScope {
  readonly evaluators: Readonly<Record<string, unknown>>;
  readonly report: Report;
}

/** Checks a rule: known operators with as many operands as they take, references that lead somewhere and not in a circle. */
export function checkLogic(value: unknown, path: Path, scope: LogicScope): void {
  check(value, { path, depth: 0 }, scope);
}

interface Place {
  readonly path: Path;
  readonly depth: number;
}

function check(value: unknown, place: Place, scope: LogicScope): void {
  const { path, depth } = place;
  if (depth > DEEPEST) return scope.report.note(path, `Expected rules nested at most ${DEEPEST} deep, got deeper ones`);
  if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) check(each, { path: inside(path, index), depth: depth + 1 }, scope);
    return;
  }
  if (!isObject(value)) {
    if (
      typeof value === 'number'
        ? !Number.isFinite(value)
        : !['string', 'boolean'].includes(typeof value) && value !== null
    )
      scope.report.expected(path, 'a rule', value);
    return;
  }
  const names = Object.keys(value);
  const [operator = ''] = names;
  // An empty object chooses nothing.
  if (names.length === 0) return;
  if (names.length > 1) return scope.report.expected(path, 'one operator', names.join(', '));
  if (operator === '$ref') return checkReference(value['$ref'], place, scope);
  const arity = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined;
  if (arity === undefined) return scope.report.expected([...path, operator], 'an operator of flagd', operator);
  const operands = value[operator];
  const count = Array.isArray(operands) ? operands.length : 1;
  if (count < arity.least || count > arity.most) {
    const range =
      arity.most === Infinity
        ? `at least ${arity.least}`
        : arity.least === arity.most
          ? `${arity.least}`
          : `${arity.least} to ${arity.most}`;
    scope.report.note([...path, operator], `Expected ${range} operands of ${operator}, got ${count}`);
  }
  if (operator === 'fractional') checkWeights(operands, [...path, operator], scope.report);
  check(operands, { path: inside(path, operator), depth: depth + 1 }, scope);
}

function checkReference(name: unknown, { path }: Place, { evaluators, report }: LogicScope): void {
  // What it refers to is checked once, where it stands, and not at each place that refers to it.
  if (typeof name !== 'string' || !Object.hasOwn(evaluators, name))
    report.expected([...path, '$ref'], 'the name of an evaluator', name);
}

/** What a rule comes to when all that it refers to is written out. */
interface Extent {
  readonly nodes: number;
  readonly depth: number;
}

/** Rules that come to more than this are refused: each evaluation would go through all of it. */
const MOST_NODES = 20_000;

/** Checks what rules come to with all that they refer to: an end, a depth and a size. References are followed once each. */
export function checkExtents(
  rules: readonly { readonly rule: unknown; readonly path: Path }[],
  scope: LogicScope,
): void {
  const known = new Map<string, Extent | 'open'>();
  const ofEvaluator = (name: string): Extent => {
    const extent = known.get(name);
    if (extent === 'open') {
      scope.report.note(['$evaluators', name], 'Expected evaluators that end, got a circle of references');
      return { nodes: 0, depth: 0 };
    }
    if (extent !== undefined) return extent;
    known.set(name, 'open');
    const found = extentOf(scope.evaluators[name]);
    known.set(name, found);
    return found;
  };
  const extentOf = (value: unknown): Extent => {
    if (typeof value !== 'object' || value === null) return { nodes: 1, depth: 1 };
    if (isObject(value) && typeof value['$ref'] === 'string' && Object.hasOwn(scope.evaluators, value['$ref']))
      return ofEvaluator(value['$ref']);
    let [nodes, depth] = [1, 0];
    for (const each of Object.values(value) as unknown[]) {
      const inner = extentOf(each);
      nodes += inner.nodes;
      depth = Math.max(depth, inner.depth);
    }
    return { nodes, depth: depth + 1 };
  };
  for (const { rule, path } of rules) {
    const { nodes, depth } = extentOf(rule);
    if (nodes > MOST_NODES || depth > 4 * DEEPEST)
      scope.report.note(
        path,
        `Expected a rule of at most ${MOST_NODES} parts with all that it refers to, got ${nodes}`,
      );
  }
}

/** Weights that are written down can be checked; those that are computed are not known yet. */
function checkWeights(operands: unknown, path: Path, report: Report): void {
  if (!Array.isArray(operands)) return;
  for (const [index, each] of operands.entries()) {
    if (!Array.isArray(each)) continue;
    const weight: unknown = each[1];
    const isSound = weight === undefined || isObject(weight) || Number.isInteger(weight);
    if (!isSound) report.expected([...path, index, 1], 'a weight: a whole number', weight);
    if (each.length === 0 || each.length > 2) report.expected([...path, index], 'a variant and its weight', each);
  }
}
