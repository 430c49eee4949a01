import { invalidFlags } from '../definition/invalid-flags.ts';
import type { FlagdFlag, Json, Logic } from '../definition/model.ts';
import type { Draft, Found } from './draft.ts';
import { attributeOf, bucketRule, type ClauseScope, clauseRule } from './launchdarkly-clauses.ts';
import { all, choice, type Fields, fieldsOf, Inexpressible, listOf, not, plainList, textOf } from './rules.ts';
import { nameFor } from './variants.ts';

interface Scope extends ClauseScope {
  readonly key: string;
  readonly flags: Fields;
  readonly depth: number;
}

/** Flags of LaunchDarkly, from the data of its SDKs. */
export function launchdarklyFlags(document: Fields, names: Readonly<Record<string, string>>): Found {
  const { flags, flagValues } = document;
  if (typeof flags !== 'object' && typeof flagValues !== 'object')
    throw invalidFlags([{ path: '/flags', message: 'Expected flags of LaunchDarkly by name' }]);
  const byName = fieldsOf(flags);
  const segments = fieldsOf(document['segments']);
  const keys = Object.keys(byName).filter((key) => fieldsOf(byName[key])['deleted'] !== true);
  const plain = Object.entries(fieldsOf(flagValues)).map(([key, value]): Draft => {
    const name = nameFor(value as Json, 1);
    return { key, make: () => ({ state: 'ENABLED', variants: { [name]: value as Json }, defaultVariant: name }) };
  });
  const drafts = keys.map((key): Draft => ({
    key,
    make: () => flagOf({ key, flags: byName, segments, names, open: [], depth: 0 }),
  }));
  return { drafts: [...drafts, ...plain] };
}

/** Names of variations, one for each, also where two have the same value. */
function namesOf({ variations }: Fields): readonly string[] {
  const names = new Set<string>();
  for (const [index, value] of listOf(variations).entries()) {
    const name = nameFor(value as Json, index + 1);
    names.add(names.has(name) ? `value-${index + 1}` : name);
  }
  return [...names];
}

function flagOf(scope: Scope): FlagdFlag {
  const flag = fieldsOf(scope.flags[scope.key]);
  const names = namesOf(flag);
  const values = listOf(flag['variations']) as readonly Json[];
  const variants: Readonly<Record<string, Json>> = Object.fromEntries(
    names.map((name, index) => [name, values[index] ?? null]),
  );
  const rule = flagRule(flag, scope);
  const isRule = typeof rule === 'object' && rule !== null;
  return { state: 'ENABLED', variants, ...(isRule ? { targeting: rule } : { defaultVariant: rule as string | null }) };
}

/** The name of the variation that a flag has, or `null` where the fallback applies. */
function flagRule(flag: Fields, scope: Scope): Logic {
  const names = namesOf(flag);
  const nameAt = (index: unknown): string => {
    const name = typeof index === 'number' ? names[index] : undefined;
    if (name === undefined) throw new Inexpressible('Expected the number of a variation, got another value');
    return name;
  };
  const { offVariation, fallthrough } = flag;
  const off: Logic = offVariation === null || offVariation === undefined ? null : nameAt(offVariation);
  if (flag['on'] !== true) return off;
  const chosen = (part: Fields): Logic =>
    part['variation'] === undefined ? rolloutRule(fieldsOf(part['rollout']), nameAt, scope) : nameAt(part['variation']);
  const prerequisites = listOf(flag['prerequisites']).map((each) => prerequisiteRule(fieldsOf(each), scope));
  const rules = listOf(flag['rules'])
    .map(fieldsOf)
    .map((rule): readonly [Logic, Logic] => {
      return [all(listOf(rule['clauses']).map((clause) => clauseRule(fieldsOf(clause), scope))), chosen(rule)];
    });
  const pairs = [[not(all(prerequisites)), off] as const, ...targetPairs(flag, nameAt, scope), ...rules];
  return choice(pairs, chosen(fieldsOf(fallthrough)));
}

/** Another flag has to be on and have a variation. Rules can’t ask for flags, so what decides that one is written out. */
function prerequisiteRule({ key, variation }: Fields, scope: Scope): Logic {
  const name = textOf(key);
  if (scope.depth > 4 || name === scope.key)
    throw new Inexpressible('Expected prerequisites that end, got a chain or a circle');
  const flag = fieldsOf(scope.flags[name]);
  const wanted = typeof variation === 'number' ? namesOf(flag)[variation] : undefined;
  if (flag['on'] !== true || wanted === undefined) return false;
  const rule = flagRule(flag, { ...scope, key: name, depth: scope.depth + 1 });
  return typeof rule === 'object' && rule !== null ? { '===': [rule, wanted] } : rule === wanted;
}

/** Those who are named. Where there are lists by kind, those of users stand in the older list. */
function targetPairs(flag: Fields, nameAt: (index: unknown) => string, scope: Scope): (readonly [Logic, Logic])[] {
  const users = listOf(flag['targets']).map(fieldsOf);
  const byKind = listOf(flag['contextTargets']).map(fieldsOf);
  const pairOf = (kind: unknown, values: unknown, variation: unknown): readonly [Logic, Logic] => [
    listOf(values).length === 0 ? false : { in: [attributeOf('key', kind, scope), plainList(values)] },
    nameAt(variation),
  ];
  if (byKind.length === 0) return users.map(({ values, variation }) => pairOf(undefined, values, variation));
  return byKind.map(({ contextKind, values, variation }) => {
    const isUser = contextKind === undefined || contextKind === 'user';
    const older = users.find((each) => each['variation'] === variation);
    return pairOf(contextKind, isUser ? older?.['values'] : values, variation);
  });
}

/** Weights are hundred-thousandths; what they leave out has the last variation. */
function rolloutRule(rollout: Fields, nameAt: (index: unknown) => string, scope: Scope): Logic {
  const shares = listOf(rollout['variations']).map(fieldsOf);
  const last = shares.at(-1);
  if (last === undefined) throw new Inexpressible('Expected a variation or a rollout, got neither');
  const { seed, kind, bucketBy, contextKind } = rollout;
  const flag = fieldsOf(scope.flags[scope.key]);
  const salt = typeof seed === 'number' && seed !== 0 ? String(seed) : `${scope.key}.${textOf(flag['salt'])}`;
  const by = kind === 'experiment' ? 'key' : bucketBy;
  const bucket = bucketRule(salt, { by, kind: contextKind }, scope);
  let end = 0;
  const pairs = shares.slice(0, -1).map(({ variation, weight }): readonly [Logic, Logic] => {
    end += Number(weight) / 100_000;
    return [{ '<': [bucket, end] }, nameAt(variation)];
  });
  return choice(pairs, nameAt(last['variation']));
}
