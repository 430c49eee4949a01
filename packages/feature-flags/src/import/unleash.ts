import { invalidFlags } from '../definition/invalid-flags.ts';
import type { FlagdFlag, Json, Logic, ShortFlag } from '../definition/model.ts';
import type { Found } from './draft.ts';
import {
  all,
  any,
  choice,
  field,
  type Fields,
  fieldsOf,
  inText,
  Inexpressible,
  isPresent,
  listOf,
  not,
  textOf,
} from './rules.ts';
import { unleashConstraint, unleashField } from './unleash-constraints.ts';

interface Scope {
  readonly features: ReadonlyMap<string, Fields>;
  readonly segments: ReadonlyMap<unknown, Fields>;
  readonly names: Readonly<Record<string, string>>;
  readonly note: (message: string) => void;
}

/** Features of Unleash. Those with variants have the payloads as values, or the names where there are none. */
export function unleashFlags(document: Fields, names: Readonly<Record<string, string>>): Found {
  const features = hydrated(document);
  if (!Array.isArray(features['features']))
    throw invalidFlags([{ path: '/features', message: 'Expected a list of features of Unleash' }]);
  const byName = new Map(listOf(features['features']).map((each) => [textOf(fieldsOf(each)['name']), fieldsOf(each)]));
  const segments = new Map(listOf(features['segments']).map((each) => [fieldsOf(each)['id'], fieldsOf(each)]));
  return {
    drafts: [...byName].map(([key, feature]) => ({
      key,
      make: (note) => flagOf(feature, { features: byName, segments, names, note }),
    })),
  };
}

/** The form that streams, where it has but the event it begins with. */
function hydrated(document: Fields): Fields {
  const [first] = listOf(document['events']).map(fieldsOf);
  return first?.['type'] === 'hydration' ? first : document;
}

function flagOf(feature: Fields, scope: Scope): FlagdFlag | ShortFlag {
  const { description, enabled, project, type } = feature;
  const facts = Object.entries({ description, project, type }).filter((fact): fact is [string, string] => {
    return typeof fact[1] === 'string' && fact[1] !== '';
  });
  const metadata = Object.fromEntries(facts);
  const strategies = listOf(feature['strategies']).map(fieldsOf);
  const hasVariants = [feature, ...strategies].some(({ variants }) => listOf(variants).length > 0);
  if (hasVariants) return { ...variantFlag(feature, scope), metadata };
  if (enabled !== true) return { enabled: false, metadata };
  const rollout = plainRollout(feature);
  if (rollout !== undefined) return { rollout, metadata };
  const rule = isOn(feature, scope);
  if (rule === true) return { metadata };
  if (rule === false) return { enabled: false, metadata };
  return {
    state: 'ENABLED',
    variants: { on: true, off: false },
    defaultVariant: 'off',
    targeting: { if: [rule, 'on', null] },
    metadata,
  };
}

/** What can be said in the readable form: a single gradual rollout by one field. */
function plainRollout({ strategies, dependencies }: Fields): ShortFlag['rollout'] {
  const [strategy, ...more] = listOf(strategies).map(fieldsOf);
  if (strategy?.['name'] !== 'flexibleRollout' || more.length > 0 || listOf(dependencies).length > 0) return undefined;
  if (listOf(strategy['constraints']).length > 0 || listOf(strategy['segments']).length > 0) return undefined;
  const { rollout, stickiness, groupId } = fieldsOf(strategy['parameters']);
  const percentage = Number(rollout);
  const isPlain = Number.isInteger(percentage) && percentage > 0 && percentage < 100 && textOf(groupId) !== '';
  if (!isPlain || (stickiness !== 'userId' && stickiness !== 'sessionId')) return undefined;
  return { percentage, unit: stickiness, salt: textOf(groupId), bucketing: 'unleash' };
}

function isOn(feature: Fields, scope: Scope): Logic {
  if (feature['enabled'] !== true || !Array.isArray(feature['strategies'])) return false;
  const strategies = feature['strategies'].map(fieldsOf);
  const chosen = strategies.length === 0 ? true : any(strategies.map((strategy) => strategyRule(strategy, scope)));
  return all([...listOf(feature['dependencies']).map((each) => parentRule(fieldsOf(each), scope)), chosen]);
}

function parentRule({ feature: name, enabled, variants }: Fields, scope: Scope): Logic {
  if (listOf(variants).length > 0)
    throw new Inexpressible('Expected to depend on a feature, got one that depends on its variants');
  const parent = scope.features.get(textOf(name));
  if (parent === undefined || listOf(parent['dependencies']).length > 0) return false;
  const rule = isOn(parent, scope);
  return enabled === false ? not(rule) : rule;
}

/** Whether all constraints of a strategy hold, those of its segments too, and it is on itself. */
function strategyRule(strategy: Fields, scope: Scope): Logic {
  const constraints = [...listOf(strategy['constraints'])];
  for (const id of listOf(strategy['segments'])) {
    const segment = scope.segments.get(id);
    if (segment === undefined) return false;
    constraints.push(...listOf(segment['constraints']));
  }
  const rules = constraints.map((each) => unleashConstraint(fieldsOf(each), scope.names));
  return all([...rules, ownRule(textOf(strategy['name']), fieldsOf(strategy['parameters']), scope)]);
}

function ownRule(name: string, parameters: Fields, scope: Scope): Logic {
  const groupId = textOf(parameters['groupId']);
  const share = parameters[name === 'flexibleRollout' ? 'rollout' : 'percentage'];
  const percentage = typeof share === 'string' || typeof share === 'number' ? Number(share) : Number.NaN;
  switch (name) {
    case 'default':
      return true;
    case 'flexibleRollout':
      return gradual(percentage, { groupId, stickiness: textOf(parameters['stickiness']) || 'default' }, scope);
    case 'gradualRolloutUserId':
      return gradual(percentage, { groupId, stickiness: 'userId' }, scope);
    case 'gradualRolloutSessionId':
      return gradual(percentage, { groupId, stickiness: 'sessionId' }, scope);
    case 'gradualRolloutRandom':
      return gradual(percentage, { groupId, stickiness: 'random' }, scope);
    case 'userWithId': {
      const user = field('userId', scope.names);
      return all([isPresent(user), { in: [inText(user), textOf(parameters['userIds']).split(/\s*,\s*/)] }]);
    }
    case 'remoteAddress': {
      const addresses = textOf(parameters['IPs']).split(/\s*,\s*/);
      if (addresses.some((each) => each.includes('/'))) throw new Inexpressible('Expected addresses, got networks');
      return { in: [field('remoteAddress', scope.names), addresses] };
    }
    default:
      throw new Inexpressible(`Expected a strategy of Unleash’s own, got ${name}`);
  }
}

const RANDOM = 'Unleash draws a random bucket where the context has no unit; here nobody without one is in';

function gradual(
  percentage: number,
  { groupId, stickiness }: { readonly groupId: string; readonly stickiness: string },
  scope: Scope,
): Logic {
  if (!(percentage > 0)) return false;
  const isRandom = stickiness === 'random';
  // Whoever has no unit gets a random one, which is in, too.
  if (percentage >= 100 && (isRandom || stickiness === 'default')) return true;
  if (isRandom) throw new Inexpressible('Expected a rollout by a field of the context, got a random one');
  if (stickiness === 'default') scope.note(RANDOM);
  const unit = unitRule(stickiness, ['userId', 'sessionId'], scope);
  return all([{ '!==': [unit, ''] }, { '<=': [{ bucket: ['unleash', groupId, unit] }, percentage] }]);
}

/** The unit as a text, which is empty where there is none. */
function unitRule(stickiness: string, usual: readonly string[], { names }: Scope): Logic {
  if (stickiness === 'default') return inText({ or: usual.map((name) => field(name, names)) });
  return inText(unleashField(stickiness, names));
}

/** Where a feature is off, there is no variant: the fallback in the code applies. */
function variantFlag(feature: Fields, scope: Scope): FlagdFlag {
  const strategies = listOf(feature['strategies']).map(fieldsOf);
  const variants = [...strategies, feature].flatMap((each) => listOf(each['variants']).map(fieldsOf));
  const values = valuesOf(variants);
  if (feature['enabled'] !== true) return { state: 'DISABLED', variants: values };
  scope.note('It has variants: their payloads or names are its values, and where it is off, the fallback applies');
  const common = variantChoice(listOf(feature['variants']).map(fieldsOf), textOf(feature['name']), scope);
  const on = isOn({ ...feature, strategies: [] }, scope);
  const pairs = strategies.map((strategy): readonly [Logic, Logic] => {
    const { groupId, stickiness } = fieldsOf(strategy['parameters']);
    const own = listOf(strategy['variants']).map(fieldsOf);
    const [first] = own;
    const sticky =
      first === undefined ? own : [{ ...first, stickiness: first['stickiness'] ?? stickiness }, ...own.slice(1)];
    // Where there is no group, Unleash takes the word itself.
    const chosen = variantChoice(sticky, groupId === undefined ? 'undefined' : textOf(groupId), scope);
    return [strategyRule(strategy, scope), chosen ?? common];
  });
  const rule = choice(
    [[not(on), null], ...pairs],
    Array.isArray(feature['strategies']) && pairs.length === 0 ? common : null,
  );
  const isRule = typeof rule === 'object' && rule !== null;
  return {
    state: 'ENABLED',
    variants: values,
    ...(isRule ? { targeting: rule } : { defaultVariant: rule as string | null }),
  };
}

/** The name of a variant; `null` if nobody gets one. */
function variantChoice(variants: readonly Fields[], groupId: string, scope: Scope): Logic {
  const weighted = variants.filter(({ weight }) => typeof weight === 'number' && weight > 0);
  const total = weighted.reduce((sum, { weight }) => sum + (weight as number), 0);
  if (total === 0) return null;
  const named = ({ name }: Fields): string => textOf(name);
  const overrides = variants.flatMap((variant) =>
    listOf(variant['overrides'])
      .map(fieldsOf)
      .map(({ contextName, values }): readonly [Logic, Logic] => {
        const value = unleashField(textOf(contextName), scope.names);
        return [all([isPresent(value), { in: [inText(value), listOf(values).map(textOf)] }]), named(variant)];
      }),
  );
  const last = weighted.at(-1) as Fields;
  if (weighted.length === 1) return choice(overrides, named(last));
  const stickiness = textOf(variants[0]?.['stickiness']) || 'default';
  if (stickiness === 'random') throw new Inexpressible('Expected variants by a field of the context, got random ones');
  scope.note(RANDOM);
  const unit = unitRule(stickiness, ['userId', 'sessionId', 'remoteAddress'], scope);
  const bucket = { bucket: ['unleash', groupId, unit, total] };
  let end = 0;
  const shares = weighted.slice(0, -1).map((variant): readonly [Logic, Logic] => {
    end += variant['weight'] as number;
    return [{ '<=': [bucket, end] }, named(variant)];
  });
  return choice([...overrides, [{ '===': [unit, ''] }, null], ...shares], named(last));
}

/** The payloads if all have one and they are of one type; else the names. */
function valuesOf(variants: readonly Fields[]): Readonly<Record<string, Json>> {
  const payloads = variants.map(({ payload }) => payloadOf(fieldsOf(payload)));
  const isWhole =
    payloads.every((each) => each !== undefined) && new Set(payloads.map((each) => typeof each)).size === 1;
  return Object.fromEntries(
    variants.map(({ name }, index) => [textOf(name), isWhole ? (payloads[index] as Json) : textOf(name)]),
  );
}

function payloadOf({ type, value }: Fields): Json | undefined {
  if (typeof value !== 'string') return undefined;
  if (type === 'number') return Number.isNaN(Number(value)) ? undefined : Number(value);
  if (type !== 'json') return value;
  try {
    return (JSON.parse(value) as Json | null) ?? undefined;
  } catch {
    return undefined;
  }
}
