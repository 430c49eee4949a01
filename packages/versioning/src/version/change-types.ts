import { shown, VersioningError } from '../errors.ts';

/** Which part of a version a change raises. */
export type BumpLevel = 'major' | 'minor' | 'patch' | 'none';

/** What each type of change raises, by its name in lower case. */
export type ChangeTypes = Readonly<Record<string, BumpLevel>>;

/** Names in English and Portuguese, and the types of Conventional Commits 1.0.0 with those of the Angular convention. */
export const CHANGE_TYPES: ChangeTypes = {
  breaking: 'major',
  feature: 'minor',
  feat: 'minor',
  fix: 'patch',
  bugfix: 'patch',
  performance: 'patch',
  perf: 'patch',
  security: 'patch',
  revert: 'patch',
  docs: 'none',
  style: 'none',
  refactor: 'none',
  test: 'none',
  build: 'none',
  ci: 'none',
  chore: 'none',
  quebra: 'major',
  incompatível: 'major',
  funcionalidade: 'minor',
  melhoria: 'minor',
  novidade: 'minor',
  correção: 'patch',
  desempenho: 'patch',
  segurança: 'patch',
  reversão: 'patch',
  documentação: 'none',
};

const LEVELS: readonly BumpLevel[] = ['none', 'patch', 'minor', 'major'];

/** Whether a word is a level, and no type. */
export const isLevel = (word: string): word is BumpLevel => (LEVELS as readonly string[]).includes(word);

/** The greater of two levels. */
export const greater = (one: BumpLevel, other: BumpLevel): BumpLevel =>
  LEVELS.indexOf(one) >= LEVELS.indexOf(other) ? one : other;

/** Case and accents are typed in many ways. */
export const plainName = (name: string): string => name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

const byPlainName = (types: ChangeTypes): ReadonlyMap<string, BumpLevel> =>
  new Map(Object.entries(types).map(([name, level]) => [plainName(name), level]));
const BUILT_IN = byPlainName(CHANGE_TYPES);
/** Tables are asked once for each commit of a history. */
const own = new WeakMap<ChangeTypes, ReadonlyMap<string, BumpLevel>>();

/**
 * What a type of change raises; `undefined` for one that is not known.
 *
 * @param types Types of one's own; they come before the built-in ones.
 */
export function levelIfKnown(type: string, types?: ChangeTypes): BumpLevel | undefined {
  const name = plainName(type);
  if (types === undefined) return BUILT_IN.get(name);
  const table = own.get(types) ?? byPlainName(types);
  own.set(types, table);
  return table.get(name) ?? BUILT_IN.get(name);
}

/**
 * What a type of change raises.
 *
 * @param types Types of one's own; they come before the built-in ones.
 * @throws {VersioningError} `UNKNOWN_CHANGE_TYPE`.
 */
export function levelOfType(type: string, types?: ChangeTypes): BumpLevel {
  const level = levelIfKnown(type, types);
  if (level !== undefined) return level;
  throw new VersioningError('UNKNOWN_CHANGE_TYPE', `Expected a type of change, got ${shown(type)}`, {
    hint: `One of ${Object.keys({ ...types, ...CHANGE_TYPES }).join(', ')}, or a table of your own.`,
  });
}
