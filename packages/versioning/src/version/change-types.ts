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

/** The greater of two levels. */
export const greater = (one: BumpLevel, other: BumpLevel): BumpLevel =>
  LEVELS.indexOf(one) >= LEVELS.indexOf(other) ? one : other;

/** Case and accents are typed in many ways. */
const plain = (name: string): string => name.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

/**
 * What a type of change raises.
 *
 * @param own Types of one's own; they come before the built-in ones.
 * @throws {VersioningError} `UNKNOWN_CHANGE_TYPE`.
 */
export function levelOfType(type: string, own: ChangeTypes = {}): BumpLevel {
  for (const table of [own, CHANGE_TYPES]) {
    const found = Object.entries(table).find(([name]) => plain(name) === plain(type));
    if (found !== undefined) return found[1];
  }
  throw new VersioningError('UNKNOWN_CHANGE_TYPE', `Expected a type of change, got ${shown(type)}`, {
    hint: `One of ${Object.keys({ ...own, ...CHANGE_TYPES }).join(', ')}, or a table of your own.`,
  });
}
