import type { Logic } from '../definition/model.ts';
import { pathOf } from '../definition/path.ts';
import {
  all,
  any,
  compared,
  field,
  type Fields,
  fieldsOf,
  Inexpressible,
  isNumber,
  isPresent,
  isText,
  ITEM,
  listOf,
  not,
  plainList,
  startsWithV,
  textOf,
} from './rules.ts';

/** What clauses may refer to. */
export interface ClauseScope {
  readonly segments: Fields;
  readonly names: Readonly<Record<string, string>>;
  /** Segments that are being looked into. */
  readonly open: readonly string[];
}

/** An attribute of a context: those of users at the top, those of other kinds under the name of the kind. */
export function attributeOf(attribute: string, kind: unknown, { names }: ClauseScope): Logic {
  // A reference is a JSON Pointer; without the slash it is a mere name.
  const parts = kind !== undefined && attribute.startsWith('/') ? pathOf(attribute) : [attribute];
  if (parts[0] === 'kind') throw new Inexpressible('Expected an attribute, got the kind of a context');
  const [first = '', ...rest] = parts.map((part) => (field(part) as { readonly var: string }).var);
  const isUser = kind === undefined || kind === 'user' || kind === '';
  return { var: isUser ? [names[first] ?? first, ...rest].join('.') : [textOf(kind), first, ...rest].join('.') };
}

/** Whether a clause holds. Of an attribute that is not there none does, not even one that is negated. */
export function clauseRule(clause: Fields, scope: ClauseScope): Logic {
  const { op, values, negate, contextKind } = clause;
  const turned = (rule: Logic): Logic => (negate === true ? not(rule) : rule);
  if (op === 'segmentMatch') return turned(any(listOf(values).map((name) => segmentRule(textOf(name), scope))));
  const value = attributeOf(textOf(clause['attribute']), contextKind, scope);
  const matches = (each: Logic): Logic => operatorRule(textOf(op), each, listOf(values));
  return all([isPresent(value), turned(any([matches(value), { some: [value, matches(ITEM)] }]))]);
}

const ORDER: Readonly<Record<string, string>> = {
  lessThan: '<',
  lessThanOrEqual: '<=',
  greaterThan: '>',
  greaterThanOrEqual: '>=',
};
const VERSIONS: Readonly<Record<string, string>> = { semVerEqual: '=', semVerLessThan: '<', semVerGreaterThan: '>' };

function operatorRule(operator: string, value: Logic, values: readonly unknown[]): Logic {
  const texts = values.filter((each) => typeof each === 'string');
  const order = ORDER[operator];
  if (order !== undefined) {
    const numbers = values.filter((each) => typeof each === 'number');
    return all([isNumber(value), any(numbers.map((each) => ({ [order]: [value, each] })))]);
  }
  const version = VERSIONS[operator];
  if (version !== undefined) {
    const sound = texts.filter((each) => !/^v/i.test(each));
    const rules = sound.map((each) => ({ sem_ver: [value, version, each] }));
    return all([isText(value), not(startsWithV(value)), any(rules)]);
  }
  switch (operator) {
    case 'in':
      return { in: [value, plainList(values)] };
    case 'startsWith':
      return any(texts.map((each) => ({ starts_with: [value, each] })));
    case 'endsWith':
      return any(texts.map((each) => ({ ends_with: [value, each] })));
    case 'contains':
      return all([isText(value), any(texts.map((each) => ({ in: [each, value] })))]);
    case 'before':
    case 'after': {
      const moments = values.map((each) => (typeof each === 'number' ? each : Date.parse(textOf(each))));
      const sound = moments.filter((each) => !Number.isNaN(each));
      return any(sound.map((each) => compared(operator === 'before' ? '<' : '>', { time: [value] }, each)));
    }
    default:
      throw new Inexpressible(`Expected an operator that rules here have, too, got ${operator}`);
  }
}

/** Who is included is in, whoever else is excluded is not, and then the rules decide. */
function segmentRule(name: string, scope: ClauseScope): Logic {
  const segment = scope.segments[name];
  if (segment === undefined) return false;
  if (scope.open.includes(name)) throw new Inexpressible('Expected segments that end, got a circle');
  const { included, excluded, includedContexts, excludedContexts, rules, unbounded, salt } = fieldsOf(segment);
  if (unbounded === true)
    throw new Inexpressible('Expected a segment with its members, got one whose members are elsewhere');
  const inner = { ...scope, open: [...scope.open, name] };
  const ofKeys = (keys: unknown, kind?: unknown): Logic =>
    listOf(keys).length === 0 ? false : { in: [attributeOf('key', kind, scope), plainList(keys)] };
  const ofContexts = (lists: unknown): Logic[] =>
    listOf(lists)
      .map(fieldsOf)
      .map(({ contextKind, values }) => ofKeys(values, contextKind));
  const matched = listOf(rules)
    .map(fieldsOf)
    .map((rule): Logic => {
      const { weight, bucketBy, rolloutContextKind } = rule;
      const clauses = listOf(rule['clauses']).map((clause) => clauseRule(fieldsOf(clause), inner));
      const bucket = bucketRule(`${name}.${textOf(salt)}`, { by: bucketBy, kind: rolloutContextKind }, scope);
      return all([...clauses, typeof weight === 'number' ? { '<': [bucket, weight / 100_000] } : true]);
    });
  const isExcluded = any([ofKeys(excluded), ...ofContexts(excludedContexts)]);
  return any([ofKeys(included), ...ofContexts(includedContexts), all([not(isExcluded), any(matched)])]);
}

/** The bucket of a context. What is neither a text nor a whole number has none, which counts as 0, as it does there. */
export function bucketRule(
  salt: string,
  { by, kind }: { readonly by: unknown; readonly kind: unknown },
  scope: ClauseScope,
): Logic {
  const attribute = textOf(by) || 'key';
  const value = attributeOf(attribute, kind, scope);
  if (attribute === 'key') return { bucket: ['launchdarkly', salt, value] };
  const isWhole = all([isNumber(value), { '===': [{ '%': [value, 1] }, 0] }]);
  return { bucket: ['launchdarkly', salt, { if: [any([isText(value), isWhole]), value, null] }] };
}
