import type { Logic } from '../definition/model.ts';
import {
  all,
  any,
  compared,
  field,
  type Fields,
  inText,
  Inexpressible,
  isFullVersion,
  isPresent,
  listOf,
  not,
  startsWithV,
  textOf,
} from './rules.ts';

const NUMBERS: Readonly<Record<string, string>> = {
  NUM_EQ: '===',
  NUM_GT: '>',
  NUM_GTE: '>=',
  NUM_LT: '<',
  NUM_LTE: '<=',
};
const VERSIONS: Readonly<Record<string, string>> = {
  SEMVER_EQ: '=',
  SEMVER_GT: '>',
  SEMVER_GTE: '>=',
  SEMVER_LT: '<',
  SEMVER_LTE: '<=',
};

/** A field of Unleash's context: at the top, or among the properties. */
export function unleashField(name: string, names: Readonly<Record<string, string>>): Logic {
  const { var: path } = field(name, names) as { readonly var: string };
  return { var: [path, { var: `properties.${path}` }] };
}

/** Whether a constraint holds. */
export function unleashConstraint(constraint: Fields, names: Readonly<Record<string, string>>): Logic {
  const rule = plainConstraint(constraint, names);
  return constraint['inverted'] === true ? not(rule) : rule;
}

function plainConstraint(constraint: Fields, names: Readonly<Record<string, string>>): Logic {
  const operator = textOf(constraint['operator']);
  const expected = textOf(constraint['value']);
  if (operator === 'DATE_AFTER' || operator === 'DATE_BEFORE') return dateRule(operator, expected, names);
  const value = unleashField(textOf(constraint['contextName']), names);
  const numeric = NUMBERS[operator];
  if (numeric !== undefined) {
    const number = Number(expected);
    return Number.isNaN(number)
      ? false
      : all([isPresent(value), compared(numeric, { number: [inText(value)] }, number)]);
  }
  const order = VERSIONS[operator];
  if (order !== undefined) {
    if (!/^\d+\.\d+\.\d+/.test(expected))
      throw new Inexpressible(`Expected a whole version in ${operator}, got ${expected}`);
    return all([not(startsWithV(value)), isFullVersion(inText(value)), { sem_ver: [inText(value), order, expected] }]);
  }
  const values = listOf(constraint['values'])
    .map(textOf)
    .filter((each) => each !== '')
    .map((each) => each.trim());
  return textRule(operator, { value, values, ignoresCase: constraint['caseInsensitive'] === true });
}

function textRule(
  operator: string,
  { value, values, ignoresCase }: { value: Logic; values: readonly string[]; ignoresCase: boolean },
): Logic {
  const text: Logic = ignoresCase ? { lower: [inText(value)] } : inText(value);
  const wanted = ignoresCase ? values.map((each) => each.toLowerCase()) : values;
  const isIn = all([isPresent(value), { in: [inText(value), values] }]);
  switch (operator) {
    case 'IN':
      return isIn;
    case 'NOT_IN':
      return not(isIn);
    case 'STR_STARTS_WITH':
      return all([isPresent(value), any(wanted.map((each) => ({ starts_with: [text, each] })))]);
    case 'STR_ENDS_WITH':
      return all([isPresent(value), any(wanted.map((each) => ({ ends_with: [text, each] })))]);
    case 'STR_CONTAINS':
      return all([isPresent(value), any(wanted.map((each) => ({ in: [each, text] })))]);
    default:
      throw new Inexpressible(`Expected an operator that rules here have, too, got ${operator}`);
  }
}

/** Now is the time that the context says, if it says one. */
function dateRule(operator: string, expected: string, names: Readonly<Record<string, string>>): Logic {
  const moment = Date.parse(expected);
  if (Number.isNaN(moment)) return false;
  const said = field('currentTime', names);
  const now: Logic = { if: [isPresent(said), { time: [said] }, { time: [] }] };
  return compared(operator === 'DATE_AFTER' ? '>' : '<', now, moment);
}
