import semver from 'semver';
import type { ModelState } from '../history/state.ts';
import type { ModelUsage, ModelUse, VersionUsage } from './model-usage.ts';

/** Uses that are remembered one by one. */
const RECENT = 50;

/** What is noted of the uses of a model. */
export interface UseNotes {
  readonly versions: Readonly<Record<string, Counted>>;
  /** Newest first. */
  readonly recent: readonly ModelUse[];
}

interface Counted {
  readonly uses: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly lastBy: string;
}

/** Nobody has used anything. */
export const noUses: UseNotes = { versions: {}, recent: [] };

/** The notes with one more use. */
export function withUse({ versions, recent }: UseNotes, use: ModelUse): UseNotes {
  const { version, at, by } = use;
  const before = Object.hasOwn(versions, version) ? versions[version] : undefined;
  const counted = { uses: (before?.uses ?? 0) + 1, firstAt: before?.firstAt ?? at, lastAt: at, lastBy: by };
  return { versions: { ...versions, [version]: counted }, recent: [use, ...recent].slice(0, RECENT) };
}

/** What a model takes, and who uses it. `stored`: bytes by snapshot. */
export function usageOf(
  model: string,
  known: { readonly state: ModelState; readonly notes: UseNotes; readonly stored: ReadonlyMap<string, number> },
): ModelUsage {
  const { state, notes, stored } = known;
  const versions = semver.rsort([...state.versions.keys()]).map((number): VersionUsage => {
    const version = state.versions.get(number);
    const bytesStored = stored.get(version?.snapshot ?? '');
    const counted = Object.hasOwn(notes.versions, number) ? notes.versions[number] : undefined;
    return {
      version: number,
      uses: 0,
      ...counted,
      bytes: version?.size ?? 0,
      ...(bytesStored === undefined ? {} : { bytesStored }),
    };
  });
  const lastUsedAt = notes.recent[0]?.at;
  return {
    model,
    versions,
    recent: notes.recent,
    ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
    bytes: versions.reduce((sum, { bytes }) => sum + bytes, 0),
    bytesStored: versions.reduce((sum, { bytesStored = 0 }) => sum + bytesStored, 0),
  };
}
