import { invalidFlags } from '../definition/invalid-flags.ts';
import type { FlagdFlag, Json, Logic } from '../definition/model.ts';
import { compileLogic } from '../logic/compile-logic.ts';
import { isTrue } from '../logic/value.ts';
import type { Found } from './draft.ts';
import { type ConditionScope, growthbookCondition, growthbookField } from './growthbook-conditions.ts';
import { all, any, choice, type Fields, fieldsOf, Inexpressible, listOf, not, textOf } from './rules.ts';
import { newVariants, type Variants } from './variants.ts';

interface Scope extends ConditionScope {
  readonly key: string;
  readonly features: Fields;
  /** How many parents this one has below it. */
  readonly depth: number;
}

/** Features of GrowthBook. What is `null` there is the fallback in the code here. */
export function growthbookFlags(document: Fields, names: Readonly<Record<string, string>>): Found {
  if (document['encryptedFeatures'] !== undefined && document['features'] === undefined)
    throw invalidFlags([
      { path: '/encryptedFeatures', message: 'Expected features, got encrypted ones: decrypt them first' },
    ]);
  if (typeof document['features'] !== 'object')
    throw invalidFlags([{ path: '/features', message: 'Expected features of GrowthBook by name' }]);
  const features = fieldsOf(document['features']);
  const savedGroups = fieldsOf(document['savedGroups']);
  return {
    drafts: Object.keys(features).map((key) => ({
      key,
      make: (note) => flagOf({ key, features, savedGroups, names, note, depth: 0 }),
    })),
  };
}

function flagOf(scope: Scope): FlagdFlag {
  const { rule, variants } = featureRule(scope);
  const fallback = fieldsOf(scope.features[scope.key])['defaultValue'] as Json | undefined;
  const defaultVariant = isNothing(fallback) ? null : variants.nameOf(fallback as Json);
  const values = Object.keys(variants.byName).length === 0 ? { off: false } : variants.byName;
  if (typeof rule !== 'object' || rule === null)
    return { state: 'ENABLED', variants: values, defaultVariant: rule as string | null };
  const { if: parts } = rule as { readonly if: readonly Logic[] };
  // A rule that chooses nothing leaves it to the default. Where `null` is what was chosen there may be none, or it would step in.
  if (givesNull(fieldsOf(scope.features[scope.key])) || parts.at(-1) !== defaultVariant)
    return { state: 'ENABLED', variants: values, targeting: rule };
  return { state: 'ENABLED', variants: values, defaultVariant, targeting: { if: [...parts.slice(0, -1), null] } };
}

function givesNull(feature: Fields): boolean {
  const rules = listOf(feature['rules']).map(fieldsOf);
  return rules.some(
    ({ parentConditions, force, variations }) =>
      force === null ||
      listOf(variations).includes(null) ||
      listOf(parentConditions).some((parent) => fieldsOf(parent)['gate'] === true),
  );
}

const isNothing = (value: unknown): boolean => value === null || value === undefined;

/** The name of the variant of a feature. */
function featureRule(scope: Scope): { readonly rule: Logic; readonly variants: Variants } {
  const feature = fieldsOf(scope.features[scope.key]);
  const variants = newVariants();
  const nameOf = (value: unknown): Logic => (isNothing(value) ? null : variants.nameOf(value as Json));
  const pairs = listOf(feature['rules']).flatMap((each) => rulePairs(fieldsOf(each), scope, nameOf));
  return { rule: choice(pairs, nameOf(feature['defaultValue'])), variants };
}

type Pair = readonly [Logic, Logic];

/** What a rule chooses, and when. */
function rulePairs(rule: Fields, scope: Scope, nameOf: (value: unknown) => Logic): readonly Pair[] {
  if (rule['contextualVariations'] !== undefined || rule['contextualBanditRef'] !== undefined)
    throw new Inexpressible('Expected variations that are the same for all, got those of a bandit');
  const parents = listOf(rule['parentConditions']).map(fieldsOf);
  const gates = parents
    .filter(({ gate }) => gate === true)
    .map((parent): Pair => [not(parentRule(parent, scope)), null]);
  const holds = all([
    ...parents.filter(({ gate }) => gate !== true).map((parent) => parentRule(parent, scope)),
    ...listOf(rule['filters']).map((filter) => filterRule(fieldsOf(filter), scope)),
    growthbookCondition(fieldsOf(rule['condition']), scope),
  ]);
  if (Object.hasOwn(rule, 'force')) return [...gates, [all([holds, coverageRule(rule, scope)]), nameOf(rule['force'])]];
  return [...gates, ...experimentPairs(rule, { holds, nameOf }, scope)];
}

/** The bucket of a unit, where there is one. */
interface Place {
  readonly isThere: Logic;
  readonly bucket: Logic;
}

function placeOf(rule: Fields, seed: string, { names }: Scope): Place | undefined {
  const version = rule['hashVersion'] || 1;
  if (version !== 1 && version !== 2) return undefined;
  const unit = growthbookField(textOf(rule['hashAttribute']) || 'id', names);
  return { isThere: { '!!': [unit] }, bucket: { bucket: ['growthbook', seed, unit, version] } };
}

const isWithin = (bucket: Logic, range: unknown): Logic => {
  const [from, to] = listOf(range);
  if (typeof from !== 'number' || typeof to !== 'number')
    throw new Inexpressible('Expected a range of two numbers, got another value');
  return all([{ '>=': [bucket, from] }, { '<': [bucket, to] }]);
};

/** A percentage takes in the bucket that it ends with. */
function coverageRule(rule: Fields, scope: Scope): Logic {
  const { range, coverage } = rule;
  if (isNothing(range) && isNothing(coverage)) return true;
  const place = placeOf(rule, textOf(rule['seed']) || scope.key, scope);
  if (place === undefined || (isNothing(range) && coverage === 0)) return false;
  return all([
    place.isThere,
    isNothing(range) ? { '<=': [place.bucket, Number(coverage)] } : isWithin(place.bucket, range),
  ]);
}

function filterRule(filter: Fields, scope: Scope): Logic {
  const { attribute, seed, hashVersion = 2, ranges } = filter;
  const place = placeOf({ hashAttribute: attribute, hashVersion }, textOf(seed), scope);
  if (place === undefined) return false;
  return all([place.isThere, any(listOf(ranges).map((range) => isWithin(place.bucket, range)))]);
}

function experimentPairs(
  rule: Fields,
  { holds, nameOf }: { readonly holds: Logic; readonly nameOf: (value: unknown) => Logic },
  scope: Scope,
): readonly Pair[] {
  const variations = listOf(rule['variations']);
  const place = placeOf(rule, textOf(rule['seed']) || textOf(rule['key']) || scope.key, scope);
  if (variations.length < 2 || place === undefined) return [];
  const isPassed = (index: number): boolean => fieldsOf(listOf(rule['meta'])[index])['passthrough'] === true;
  const ranges = Array.isArray(rule['ranges']) ? listOf(rule['ranges']) : rangesOf(variations.length, rule);
  const shares = variations.flatMap((value, index): readonly Pair[] =>
    ranges[index] === undefined || isPassed(index) ? [] : [[isWithin(place.bucket, ranges[index]), nameOf(value)]],
  );
  const isIn = all([holds, place.isThere, namespaceRule(rule, scope), any(shares.map(([share]) => share))]);
  return [[isIn, choice(shares, null)]];
}

/** Experiments of a namespace share its units out among them; filters took its place. */
function namespaceRule(rule: Fields, scope: Scope): Logic {
  const [id, from, to] = listOf(rule['namespace']);
  if (id === undefined || Array.isArray(rule['filters'])) return true;
  const place = placeOf({ hashAttribute: rule['hashAttribute'] }, `__${textOf(id)}`, scope) as Place;
  return isWithin(place.bucket, [from, to]);
}

/** Each variation from where it would begin at full coverage, as far as the coverage goes. */
function rangesOf(count: number, { coverage, weights }: Fields): readonly (readonly [number, number])[] {
  const covered = Math.min(Math.max(typeof coverage === 'number' ? coverage : 1, 0), 1);
  const given = listOf(weights).map(Number);
  const sum = given.reduce((total, weight) => total + weight, 0);
  const isSound = given.length === count && sum >= 0.99 && sum <= 1.01;
  let start = 0;
  return Array.from({ length: count }, (_, index) => {
    const weight = isSound ? (given[index] as number) : 1 / count;
    const range = [start, start + covered * weight] as const;
    start += weight;
    return range;
  });
}

/** Parents are looked into by those of their variants whose value meets the condition. */
function parentRule({ id, condition }: Fields, scope: Scope): Logic {
  const key = textOf(id);
  if (scope.depth > 4 || key === scope.key)
    throw new Inexpressible('Expected parents that end, got a chain or a circle');
  const rule = compileLogic(growthbookCondition(fieldsOf(condition), { ...scope, names: {} }), {});
  const meets = (value: Json): boolean => isTrue(rule({ value }, { flagKey: key, context: {}, nowMs: 0 }));
  if (!Object.hasOwn(scope.features, key)) return meets(null);
  const { rule: chosen, variants } = featureRule({ ...scope, key, depth: scope.depth + 1 });
  const names = Object.entries(variants.byName)
    .filter(([, value]) => meets(value))
    .map(([name]) => name);
  const wanted: Logic[] = meets(null) ? [...names, null] : names;
  return typeof chosen === 'object' && chosen !== null ? { in: [chosen, wanted] } : wanted.includes(chosen);
}
