import type { Logic } from '../definition/model.ts';
import {
  all,
  any,
  type Fields,
  fieldsOf,
  inText,
  Inexpressible,
  isFullVersion,
  isMissing,
  isPresent,
  isText,
  ITEM,
  listOf,
  not,
  plainList,
  textOf,
} from './rules.ts';

/** What conditions may refer to. */
export interface ConditionScope {
  readonly savedGroups: Fields;
  readonly names: Readonly<Record<string, string>>;
  readonly note: (message: string) => void;
}

/** A field of GrowthBook's attributes, into which dots lead. */
export function growthbookField(path: string, names: Readonly<Record<string, string>>): Logic {
  const [first = '', ...rest] = path.split('.');
  return { var: [names[first] ?? first, ...rest].join('.') };
}

/** Whether a condition holds: all of its entries. */
export function growthbookCondition(condition: Fields, scope: ConditionScope): Logic {
  const rules = Object.entries(condition).map(([key, expected]): Logic => {
    const each = (): Logic[] => listOf(expected).map((part) => growthbookCondition(fieldsOf(part), scope));
    switch (key) {
      case '$or':
        return oneOf(each());
      case '$nor':
        return not(oneOf(each()));
      case '$and':
        return all(each());
      case '$not':
        return not(growthbookCondition(fieldsOf(expected), scope));
      default:
        if (key.startsWith('$')) throw inexpressible(key);
        return valueRule(growthbookField(key, scope.names), expected, scope);
    }
  });
  return all(rules);
}

/** Of no conditions one is held to be true there. */
const oneOf = (rules: readonly Logic[]): Logic => (rules.length === 0 ? true : any(rules));

const inexpressible = (operator: string): Inexpressible =>
  new Inexpressible(`Expected an operator that rules here have, too, got ${operator}`);

/** A value beside a field is compared as JavaScript converts: 5 and "5" are equal. */
function valueRule(value: Logic, expected: unknown, scope: ConditionScope): Logic {
  switch (typeof expected) {
    case 'string':
      // There "null" is what nothing is called.
      if (expected === 'null' || expected === '')
        throw new Inexpressible('Expected a text to compare with, got an empty one');
      return { '===': [inText(value), expected] };
    case 'number': {
      const isEqual: Logic = { '===': [{ number: [value] }, expected] };
      return expected === 0 ? any([isMissing(value), isEqual]) : isEqual;
    }
    case 'boolean':
      return expected ? { '!!': [value] } : all([isPresent(value), not(value)]);
    default:
      break;
  }
  if (expected === null) return isMissing(value);
  const operators = Object.entries(fieldsOf(expected));
  if (operators.length === 0 || operators.some(([operator]) => !operator.startsWith('$')))
    throw new Inexpressible('Expected to compare with texts and numbers, got a list or an object');
  return all(operators.map(([operator, operand]) => operatorRule(operator, { value, operand }, scope)));
}

const ORDER: Readonly<Record<string, string>> = { $lt: '<', $lte: '<=', $gt: '>', $gte: '>=' };
const VERSIONS: Readonly<Record<string, string>> = {
  $veq: '=',
  $vne: '!=',
  $vlt: '<',
  $vlte: '<=',
  $vgt: '>',
  $vgte: '>=',
};

interface Operation {
  readonly value: Logic;
  readonly operand: unknown;
}

function operatorRule(operator: string, { value, operand }: Operation, scope: ConditionScope): Logic {
  const order = ORDER[operator];
  if (order !== undefined) return orderRule(order, { value, operand });
  const version = VERSIONS[operator];
  if (version !== undefined) return versionRule(version, { value, operand }, scope);
  switch (operator) {
    case '$eq':
      return { '===': [value, plainList([operand])[0] as Logic] };
    case '$ne':
      return { '!==': [value, plainList([operand])[0] as Logic] };
    case '$exists':
      return operand ? isPresent(value) : isMissing(value);
    case '$in':
      return Array.isArray(operand) && isIn(value, operand);
    case '$nin':
      return Array.isArray(operand) && not(isIn(value, operand));
    case '$inGroup':
      return isIn(value, groupOf(operand, scope));
    case '$notInGroup':
      return not(isIn(value, groupOf(operand, scope)));
    case '$not':
      return not(valueRule(value, operand, scope));
    case '$all':
      return all(listOf(operand).map((each) => ({ some: [value, valueRule(ITEM, each, scope)] })));
    case '$elemMatch': {
      const isOperators = Object.keys(fieldsOf(operand)).every((key) => key.startsWith('$'));
      // Inside, the fields are those of the item.
      const rule = isOperators
        ? valueRule(ITEM, operand, scope)
        : growthbookCondition(fieldsOf(operand), { ...scope, names: {} });
      return { some: [value, rule] };
    }
    default:
      throw inexpressible(operator);
  }
}

/** One of a list; of a field that is a list, any item. */
function isIn(value: Logic, operand: unknown): Logic {
  const list = plainList(operand);
  return any([{ in: [value, list] }, { some: [value, { in: [ITEM, list] }] }]);
}

function groupOf(id: unknown, { savedGroups }: ConditionScope): readonly unknown[] {
  const group = savedGroups[textOf(id)];
  if (Array.isArray(group) || group === undefined) return listOf(group);
  const { type, values } = fieldsOf(group);
  if (type !== 'list') throw new Inexpressible(`Expected a group that is a list, got ${textOf(id)}`);
  return listOf(values);
}

/** As JavaScript has it: numbers by their order, for which nothing is 0; texts by theirs. */
function orderRule(order: string, { value, operand }: Operation): Logic {
  if (typeof operand === 'number') {
    const number: Logic = { if: [isMissing(value), 0, { number: [value] }] };
    return all([isPresent(number), { [order]: [number, operand] }]);
  }
  if (typeof operand !== 'string' || !Number.isNaN(Number(operand)))
    throw new Inexpressible('Expected a number or a text to compare with, got another value');
  // A list counts by its text, too.
  return all([any([isText(value), { some: [value, true] }]), { [order]: [inText(value), operand] }]);
}

function versionRule(order: string, { value, operand }: Operation, { note }: ConditionScope): Logic {
  if (typeof operand !== 'string' || !/^v?\d+\.\d+\.\d+(?![.\d])/.test(operand))
    throw new Inexpressible('Expected a version of three numbers, got another one');
  note('Versions that are not three numbers never match here; GrowthBook compares them as texts');
  return all([isFullVersion(value), { sem_ver: [value, order, operand] }]);
}
