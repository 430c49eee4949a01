import { shown, VersioningError } from '../errors.ts';

/** Packages that share their versions. */
export interface VersionGroup {
  /** `fixed`: all are released together. `linked`: those that are released have the same version. */
  readonly kind: 'fixed' | 'linked';
  readonly names: readonly string[];
}

/** @throws {VersioningError} `INVALID_OPTION` for a name that is no package, and for one that is in two groups. */
export function versionGroups(
  names: ReadonlySet<string>,
  {
    fixed = [],
    linked = [],
  }: {
    readonly fixed?: readonly (readonly string[])[] | undefined;
    readonly linked?: readonly (readonly string[])[] | undefined;
  },
): ReadonlyMap<string, VersionGroup> {
  const groups = new Map<string, VersionGroup>();
  const all = [
    ...fixed.map((each): VersionGroup => ({ kind: 'fixed', names: each })),
    ...linked.map((each): VersionGroup => ({ kind: 'linked', names: each })),
  ];
  for (const group of all) {
    for (const name of group.names) {
      if (!names.has(name))
        throw wrong('names of packages', shown(name), 'Patterns such as "@x/*" are not names: write them out.');
      if (groups.has(name))
        throw wrong('every package in one group', `${shown(name)} again`, 'Make one group of both.');
      groups.set(name, group);
    }
  }
  return groups;
}

function wrong(expected: string, found: string, hint: string): VersioningError {
  return new VersioningError('INVALID_OPTION', `Expected ${expected} in fixed and linked, got ${found}`, {
    hint,
  });
}
