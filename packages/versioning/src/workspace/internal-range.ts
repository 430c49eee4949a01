import semver from 'semver';
import { type DependencyField, FIELDS, type WorkspacePackage } from './workspace-package.ts';

/** A range of one package of a monorepo for another one. */
export interface InternalRange {
  readonly field: DependencyField;
  /** The key in the manifest, which is not the package's name where it is an alias. */
  readonly key: string;
  /** The package that is meant. */
  readonly dependency: string;
  /** As the manifest has it. */
  readonly written: string;
  /** What users get: `workspace:^` is published as `^1.2.3`. */
  readonly published: string;
  /** Around the range in the manifest: `workspace:`, or `npm:@x/storage@`. */
  readonly prefix: string;
  /** Whether the manifest has no version, as in `workspace:^`: publishing puts it in. */
  readonly follows: boolean;
}

/**
 * The ranges of a package that its neighbours meet. A range that the neighbour's version does not meet now is for one of the registry, and none
 * of ours; neither are folders (`link:`, `file:`), which are always met, nor what only a package manager can look up (`catalog:`).
 */
export function internalRanges(
  member: WorkspacePackage,
  versions: ReadonlyMap<string, string>,
): readonly InternalRange[] {
  return FIELDS.flatMap((field) =>
    Object.entries(member[field] ?? {}).flatMap(([key, written]) => {
      const found = rangeOf(key, written, versions);
      return found === undefined ? [] : [{ field, key, written, ...found }];
    }),
  );
}

const PROTOCOL = /^(?:workspace|npm):/;
/** `alias: npm:@x/storage@^1.0.0`, and the same with `workspace:`. */
const ALIAS = /^((?:@[^/@]+\/)?[^/@]+)@(.*)$/;

function rangeOf(
  key: string,
  written: string,
  versions: ReadonlyMap<string, string>,
): Omit<InternalRange, 'field' | 'key' | 'written'> | undefined {
  const [protocol = ''] = PROTOCOL.exec(written) ?? [];
  const rest = written.slice(protocol.length);
  const [, alias, aliased] = (protocol === '' ? null : ALIAS.exec(rest)) ?? [];
  if (protocol === 'npm:' && alias === undefined) return undefined;
  const dependency = alias ?? key;
  const range = aliased ?? rest;
  const version = versions.get(dependency);
  if (version === undefined) return undefined;
  const base = { dependency, prefix: written.slice(0, written.length - range.length) };
  // What publishing puts in: pnpm and yarn agree on these, and on folders, which are as exact as "*".
  if (protocol === 'workspace:' && (range === '^' || range === '~')) {
    return { ...base, published: `${range}${version}`, follows: true };
  }
  if (protocol === 'workspace:' && (range === '*' || semver.validRange(range) === null)) {
    return { ...base, published: version, follows: true };
  }
  if (semver.validRange(range) === null || !semver.satisfies(version, range)) return undefined;
  return { ...base, published: range, follows: false };
}

/** `^1.2.3`, `~1.2`, `1.2.3`, `=1.2.3`, `>=1.2.3`: one mark and one version. */
const SIMPLE = /^\s*(\^|~|=|>=|)\s*v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?\s*$/;

/**
 * The range for a later version, in the form of the one before: `^1.2.3` becomes `^2.0.0`. What is no mark and one version becomes the range
 * with `^`; an `1.2.x` is one with `~`.
 */
export function raisedRange(range: string, version: string): string {
  const [, mark] = SIMPLE.exec(range) ?? [];
  if (mark !== undefined) return `${mark}${version}`;
  return `${/^\s*(?:~|\d+\.\d+(?:\.[xX*])?\s*$)/.test(range) ? '~' : '^'}${version}`;
}

/** Whether raising a range that is met narrows nothing that someone keeps wide on purpose, or that users do not get. */
export const isRaisable = ({ field, published }: InternalRange): boolean =>
  (field === 'dependencies' || field === 'optionalDependencies') &&
  /^\s*[\^~]/.test(published) &&
  SIMPLE.test(published);
