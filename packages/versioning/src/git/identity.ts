import { shown, VersioningError } from '../errors.ts';
import { askGit, type GitOptions } from './run-git.ts';

/** Who made something, and when. */
export interface GitIdentity {
  readonly name: string;
  readonly email: string;
  /** Milliseconds since 1970, a whole number of seconds, as git keeps no parts of them. */
  readonly dateMs: number;
}

/** Roles in which somebody stands in commits and tags. */
export type GitRole = 'AUTHOR' | 'COMMITTER';

/** The last second of year 9999: git itself reads later ones, other programs do not. */
const LATEST_MS = 253_402_300_799_000;

/**
 * Who git says that it writes as, from its settings and variables, at a given time.
 *
 * @throws {VersioningError} `IDENTITY_MISSING` where there is no name or address, instead of one made of the machine's name;
 * `INVALID_OPTION` for a time that is none; `GIT_NOT_FOUND`.
 */
export async function readIdentity(role: GitRole, dateMs: number, options: GitOptions): Promise<GitIdentity> {
  if (!(dateMs >= 0 && dateMs <= LATEST_MS)) {
    throw new VersioningError('INVALID_OPTION', `Expected milliseconds since 1970, got ${shown(dateMs)}`);
  }
  const args = ['-c', 'user.useConfigOnly=true', 'var', `GIT_${role}_IDENT`];
  const { code, output } = await askGit(args, options);
  const found = code === 0 ? parseIdentity(output.trim()) : undefined;
  if (found !== undefined) return { ...found, dateMs: Math.floor(dateMs / 1000) * 1000 };
  throw new VersioningError(
    'IDENTITY_MISSING',
    'Expected git to know who makes commits and tags, got no name or address',
    {
      hint: 'Set them with `git config user.name "Ann"` and `git config user.email ann@example.com`.',
    },
  );
}

/** `Ann <ann@example.com> 1767225600 +0000`, as objects have it. The zone is left out: it is no part of the moment. */
export function parseIdentity(text: string): GitIdentity | undefined {
  const [, name, email, seconds] = /^(.*?) ?<(.*)> (-?\d+)(?: [+-]\d+)?$/.exec(text) ?? [];
  if (name === undefined || email === undefined) return undefined;
  return { name, email, dateMs: Number(seconds) * 1000 };
}

export const isSameIdentity = (one: GitIdentity | undefined, other: GitIdentity): boolean =>
  one?.name === other.name && one.email === other.email && one.dateMs === other.dateMs;

/** Makes git write as somebody at their time. The zone is always the same, or the bytes would depend on the machine. */
export function identityEnvironment(role: GitRole, { name, email, dateMs }: GitIdentity): Record<string, string> {
  const [nameVariable, emailVariable, date] = [`GIT_${role}_NAME`, `GIT_${role}_EMAIL`, `GIT_${role}_DATE`];
  return { [nameVariable]: name, [emailVariable]: email, [date]: `@${dateMs / 1000} +0000` };
}
