import { isObject } from '../definition/report.ts';
import type { Call, Rule } from './call.ts';
import { compileExtension } from './extensions.ts';
import { compileFractional } from './fractional.ts';
import { compileList } from './lists.ts';
import { compileSemVer } from './sem-ver.ts';
import { CHAINS, LISTS, PAIRS } from './plain.ts';
import { asNumber, asText, isNothing, isTrue, LOGIC_FAILED, ownValue, valueAt } from './value.ts';

/** Evaluators by name, for references. */
export type Evaluators = Readonly<Record<string, unknown>>;

/**
 * Compiles a rule that was checked into closures. Rules are data: they read the context and nothing else, have no loops but those over
 * lists that the context brings, and run no regular expressions.
 */
export function compileLogic(value: unknown, evaluators: Evaluators): Rule {
  if (Array.isArray(value)) {
    const rules = value.map((each) => compileLogic(each, evaluators));
    return rules.every(isConstant) ? constant(value) : (data, call) => rules.map((rule) => rule(data, call));
  }
  if (!isObject(value)) return constant(value);
  const [operator] = Object.keys(value);
  if (operator === undefined) return constant(null);
  if (operator === '$ref') return compileEvaluator(String(value['$ref']), evaluators);
  const operands: unknown = value[operator];
  const list: readonly unknown[] = Array.isArray(operands) ? operands : [operands];
  const compile = (each: unknown): Rule => compileLogic(each, evaluators);
  return (
    compileChoice(operator, list.map(compile)) ??
    compileList(operator, list, compile) ??
    compileAccess(operator, list, compile) ??
    compileExtension(operator, list.map(compile)) ??
    compilePlain(operator, operandsOf(operands, compile))
  );
}

/** Evaluators that were compiled, of each file. */
const compiled = new WeakMap<Evaluators, Map<string, Rule>>();

/** Each once, however many rules refer to it. */
function compileEvaluator(name: string, evaluators: Evaluators): Rule {
  const known = compiled.get(evaluators) ?? new Map<string, Rule>();
  compiled.set(evaluators, known);
  const rule = known.get(name) ?? compileLogic(evaluators[name], evaluators);
  known.set(name, rule);
  return rule;
}

/** Whether a rule may look at the time. What it refers to is not looked into: that may. */
export function logicUsesTime(rule: unknown): boolean {
  const text = JSON.stringify(rule);
  return text.includes('$flagd.timestamp') || text.includes('"$ref"');
}

/** Values of the operands of a rule. What stands there alone may be a list that is computed. */
interface Operands {
  readonly rules: readonly Rule[];
  valuesOf: (data: unknown, call: Call) => readonly unknown[];
}

function operandsOf(operands: unknown, compile: (each: unknown) => Rule): Operands {
  if (Array.isArray(operands)) {
    const rules = operands.map(compile);
    return { rules, valuesOf: (data, call) => rules.map((rule) => rule(data, call)) };
  }
  const rule = compile(operands);
  return {
    rules: [rule],
    valuesOf(data, call) {
      const value = rule(data, call);
      return Array.isArray(value) ? (value as unknown[]) : [value];
    },
  };
}

const constants = new WeakSet<Rule>();

function constant(value: unknown): Rule {
  const rule: Rule = () => value;
  constants.add(rule);
  return rule;
}

const isConstant = (rule: Rule): boolean => constants.has(rule);

/** What evaluates only those operands that it needs. */
function compileChoice(operator: string, rules: readonly Rule[]): Rule | undefined {
  if (operator === 'if' || operator === '?:') {
    return (data, call) => {
      let index = 0;
      for (; index + 1 < rules.length; index += 2)
        if (isTrue((rules[index] as Rule)(data, call))) return (rules[index + 1] as Rule)(data, call);
      return rules[index]?.(data, call) ?? null;
    };
  }
  if (operator !== 'and' && operator !== 'or') return undefined;
  const stopsAt = operator === 'or';
  return (data, call) => {
    let value: unknown = null;
    for (const rule of rules) {
      value = rule(data, call);
      if (isTrue(value) === stopsAt) return value;
    }
    return value;
  };
}

/** What looks into the context, or has operands of a form of its own. */
function compileAccess(operator: string, list: readonly unknown[], compile: (each: unknown) => Rule): Rule | undefined {
  switch (operator) {
    case 'var':
      return compileVar(list, compile);
    case 'in':
      return compileIn(list, compile);
    case 'missing': {
      const names = list.map(compile);
      return (data, call) => missing(data, names.map((name) => name(data, call)).flat());
    }
    case 'missing_some': {
      const [least, names] = list.map(compile) as [Rule, Rule];
      return (data, call) => {
        const wanted = names(data, call);
        const all = Array.isArray(wanted) ? wanted : [];
        const absent = missing(data, all);
        return all.length - absent.length >= asNumber(least(data, call)) ? [] : absent;
      };
    }
    case 'fractional':
      return compileFractional(list, compile);
    case 'sem_ver':
      return compileSemVer(list.map(compile) as [Rule, Rule, Rule]);
    default:
      return undefined;
  }
}

function missing(data: unknown, names: readonly unknown[]): unknown[] {
  return names.filter((name) => valueAt(data, asText(name).split('.')) === undefined);
}

function compileVar([name, fallback = null]: readonly unknown[], compile: (each: unknown) => Rule): Rule {
  const otherwise = compile(fallback);
  if (name === undefined || name === null || name === '') return (data) => data;
  if (isObject(name) || Array.isArray(name)) {
    const rule = compile(name);
    return (data, call) => {
      const computed = asText(rule(data, call));
      return computed === '' ? data : (valueAt(data, computed.split('.')) ?? otherwise(data, call));
    };
  }
  const path = asText(name).split('.');
  const [first = ''] = path;
  // What flagd adds to the context.
  if (first === '$flagd') {
    const isKey = path[1] === 'flagKey';
    if (path.length === 2 && (isKey || path[1] === 'timestamp'))
      return (_, { flagKey, nowMs }) => (isKey ? flagKey : Math.floor(nowMs / 1000));
    return otherwise;
  }
  if (path.length > 1) return (data, call) => valueAt(data, path) ?? otherwise(data, call);
  return (data, call) => ownValue(data, first) ?? otherwise(data, call);
}

function compileIn([needle, hay]: readonly unknown[], compile: (each: unknown) => Rule): Rule {
  const looked = compile(needle);
  const isPlain = (each: unknown): boolean => typeof each === 'string' || typeof each === 'number';
  if (Array.isArray(hay) && hay.every(isPlain)) {
    const known = new Set<unknown>(hay);
    return (data, call) => known.has(looked(data, call));
  }
  const within = compile(hay);
  return (data, call) => {
    const [value, all] = [looked(data, call), within(data, call)];
    if (typeof all === 'string') return all.includes(asText(value));
    if (isNothing(all) || all === '' || all === false || all === 0) return false;
    if (!Array.isArray(all)) throw LOGIC_FAILED;
    return all.includes(value);
  };
}

/** What works on the values of its operands. */
function compilePlain(operator: string, { rules, valuesOf }: Operands): Rule {
  const [first = constant(undefined), second = constant(undefined)] = rules;
  const holds = CHAINS[operator];
  if (holds !== undefined) {
    return (data, call) => {
      let left = first(data, call);
      for (let index = 1; index < rules.length; index++) {
        const right = (rules[index] as Rule)(data, call);
        if (!holds(left, right)) return false;
        left = right;
      }
      return true;
    };
  }
  const ofTwo = PAIRS[operator];
  if (ofTwo !== undefined) return (data, call) => ofTwo(first(data, call), second(data, call));
  const ofAll = LISTS[operator] as (values: readonly unknown[]) => unknown;
  return (data, call) => ofAll(valuesOf(data, call));
}
