import { inside, type Path } from '../definition/path.ts';
import { isObject, isSoundName, type Report } from '../definition/report.ts';
import { OPERATORS } from './operators.ts';

/** Rules nested deeper than this are refused: nobody could read them, and evaluation goes as deep. */
const DEEPEST = 64;

/** More than this all weights of a distribution together can’t be, in flagd: 2³¹ - 1. */
const MOST_WEIGHT = 2_147_483_647;

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
  if (depth > DEEPEST)
    return scope.report.note(path, `Expected rules nested at most ${DEEPEST} deep, got deeper ones`, 'TOO_LARGE');
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
  if (arity === undefined) {
    return scope.report.expected(inside(path, operator), 'an operator of flagd', operator, 'UNKNOWN_OPERATOR');
  }
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
  if (typeof name !== 'string' || !Object.hasOwn(evaluators, name) || !isSoundName(name))
    report.expected([...path, '$ref'], 'the name of an evaluator', name, 'UNKNOWN_REFERENCE');
}

/** Weights that are written down can be checked; those that are computed are not known yet. */
function checkWeights(operands: unknown, path: Path, report: Report): void {
  if (!Array.isArray(operands)) return;
  for (const [index, each] of operands.entries()) {
    if (!Array.isArray(each)) continue;
    const weight: unknown = each[1];
    const isSound = weight === undefined || isObject(weight) || Number.isInteger(weight);
    if (!isSound) report.expected([...path, index, 1], 'a weight: a whole number', weight);
    if (each.length === 0 || each.length > 2) report.expected(inside(path, index), 'a variant and its weight', each);
  }
  checkTotal(operands, path, report);
}

/** Weights that add up to nothing, or to too much, choose nothing, and nobody would know why. */
function checkTotal(operands: readonly unknown[], path: Path, report: Report): void {
  const shares = operands
    .filter((each) => Array.isArray(each))
    .map((each: unknown[]) => (each.length > 1 ? each[1] : 1));
  if (shares.length === 0 || !shares.every((weight) => Number.isInteger(weight))) return;
  const total = shares.reduce((sum: number, weight) => sum + Math.max(0, weight as number), 0);
  if (total === 0 || total > MOST_WEIGHT)
    report.note(path, `Expected weights that add up to 1 to ${MOST_WEIGHT}, got ${total}`);
}
