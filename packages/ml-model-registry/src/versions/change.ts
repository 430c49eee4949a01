import semver from 'semver';
import { ModelError } from '../errors.ts';

/** How far a change raises the version. */
export type Bump = 'major' | 'minor' | 'patch';

/** Kinds of changes, and how far each raises the version. */
export type ChangeTable = Readonly<Record<string, Bump>>;

/** The kinds that are built in, in English and Portuguese. Accents and case don't matter. */
export const defaultChanges: ChangeTable = {
  architecture: 'major',
  retrain: 'minor',
  improvement: 'minor',
  fix: 'patch',
  arquitetura: 'major',
  retreino: 'minor',
  retreinamento: 'minor',
  melhoria: 'minor',
  correcao: 'patch',
};

/** Of the first version of a model. */
const FIRST_VERSION = '1.0.0';

/** What a version became, and why. */
export interface NextVersion {
  readonly version: string;
  /** One sentence. */
  readonly reason: string;
}

/**
 * The version that follows `latest` after a change (Semantic Versioning 2.0).
 *
 * @param changes Kinds of one's own; they come before those that are built in.
 * @throws {ModelError} `UNKNOWN_CHANGE`.
 *
 * @example
 * ```ts
 * import { nextVersion } from '@x/ml-model-registry';
 *
 * console.log(nextVersion('1.4.2', 'retrain').version); // 1.5.0
 * console.log(nextVersion('1.4.2', 'Correção').version); // 1.4.3
 * ```
 */
export function nextVersion(latest: string | undefined, change: string, changes: ChangeTable = {}): NextVersion {
  const bump = bumpOf(change, { ...defaultChanges, ...normalized(changes) });
  if (latest === undefined) return { version: FIRST_VERSION, reason: 'The first version.' };
  const version = semver.inc(latest, bump);
  if (version === null)
    throw new ModelError('INVALID_INPUT', `Expected a version to go on from, got ${JSON.stringify(latest)}`);
  return { version, reason: `${change} is a ${bump} change after ${latest}.` };
}

function bumpOf(change: string, table: ChangeTable): Bump {
  const name = plain(change);
  const bump = Object.hasOwn(table, name) ? table[name] : undefined;
  if (bump !== undefined) return bump;
  throw new ModelError('UNKNOWN_CHANGE', `Expected a kind of change, got ${JSON.stringify(change.slice(0, 100))}`, {
    hint: `There are ${Object.keys(table).join(', ')}.`,
  });
}

function normalized(changes: ChangeTable): ChangeTable {
  return Object.fromEntries(Object.entries(changes).map(([name, bump]) => [plain(name), bump]));
}

/** Without accents, in lower case. */
function plain(name: string): string {
  return name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
