import type { ReleaseNotes } from '../changelog/changelog.ts';

/** Ranges by the name of the package, as a manifest has them. */
export type DependencyRanges = Readonly<Record<string, string>>;

/** A package of a monorepo. A `package.json` can be given as it is. */
export interface WorkspacePackage {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: DependencyRanges | undefined;
  readonly optionalDependencies?: DependencyRanges | undefined;
  readonly peerDependencies?: DependencyRanges | undefined;
  /** These reach no user: they are kept up to date, and release nothing. */
  readonly devDependencies?: DependencyRanges | undefined;
  /** What commits say of it, as `readChangelog` gives them, beside intents. */
  readonly notes?: ReleaseNotes | undefined;
}

/** Where a manifest has a range. */
export type DependencyField = 'dependencies' | 'optionalDependencies' | 'peerDependencies' | 'devDependencies';

export const FIELDS: readonly DependencyField[] = [
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'devDependencies',
];
