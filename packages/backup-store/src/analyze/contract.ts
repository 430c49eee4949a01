import type { CompressionProfile, FixedProfile } from '../repository/contract.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { EntryProblem } from '../repository/run-contract.ts';
import type { ContentKind } from '../content/kind.ts';

export type { ContentKind } from '../content/kind.ts';

/** Options of {@link analyze}. */
export interface AnalyzeOptions {
  /** Patterns as in an ignore file of the folder. */
  readonly exclude?: readonly string[] | undefined;
  /** Where a backup would go: a folder, or the location of a repository. Its free space counts. */
  readonly to?: string | undefined;
  /** How fast that place takes bytes, a second: then the profile is recommended that is done first. */
  readonly bytesPerSecond?: number | undefined;
  /** Threads that compress. Default: those of a backup, one a processor, at most 4. */
  readonly workers?: number | undefined;
  /** About how many bytes are read and compressed to try. 4 MiB to 1 GiB, default 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds after which no further sample is begun. Default 10,000. */
  readonly maxMs?: number | undefined;
  /** Entries of a folder that are looked at; of a larger one, the beginning. Default 200,000. */
  readonly maxEntries?: number | undefined;
  /**
   * Records of snapshots, as `repository.snapshots()` gives them, oldest first: what they came to counts. Those of the same place, if there are
   * any.
   */
  readonly earlier?: readonly SnapshotRecord[] | undefined;
  /** Ends the call early; it then rejects with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}

/** What is to be expected of a profile, from what the samples came to. */
export interface ProfileForecast {
  readonly profile: FixedProfile;
  /** Content as it would be stored, in bytes, without what deduplication saves. */
  readonly bytesStored: number;
  /** Content divided by that. */
  readonly ratio: number;
  /** Seconds of one processor to hash, compress and encrypt all of it. */
  readonly processorSeconds: number;
  /** The same, shared among the workers: as long as a first backup takes if reading and the destination keep up. */
  readonly seconds: number;
  /** Whether it fits into the free space. Absent when that is not known. */
  readonly fits?: boolean | undefined;
}

/** How much there is of one kind of content. */
export interface KindShare {
  readonly kind: ContentKind;
  /** Formats that were met, such as `png`. */
  readonly formats: readonly string[];
  /** Of all content: an estimate, unless the sample is all of it. */
  readonly bytes: number;
  /** Bits a byte, 0 to 8, of single bytes: 8 is what noise has. */
  readonly entropy: number;
  /** Content divided by what would be stored of it. */
  readonly ratios: Readonly<Record<FixedProfile, number>>;
}

/** What earlier backups came to with one kind of content and one profile. */
export interface EarlierKind {
  readonly kind: ContentKind;
  readonly profile: CompressionProfile;
  /** How many snapshots stored some of it. */
  readonly snapshots: number;
  /** Content that was new then, in bytes. */
  readonly bytes: number;
  /** Content divided by what was stored of it. */
  readonly ratio: number;
  /** Seconds of processors that compressing took. */
  readonly compressSeconds: number;
}

/** Files by how the engine compresses them: small ones together, each large one by itself. */
export interface SizeClass {
  readonly files: number;
  readonly bytes: number;
}

/** Report of {@link analyze}. */
export interface Analysis {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
  /** `tiny`: below 1 MiB; `small`: below 100 MiB; `medium`: below 10 GiB. */
  readonly sizeCategory: 'empty' | 'tiny' | 'small' | 'medium' | 'large';
  /** Files below 256 KiB, which share frames of 4 MiB. */
  readonly small: SizeClass;
  readonly large: SizeClass;
  /** Whether every entry was looked at. If not, sizes and forecasts are of those that were. */
  readonly complete: boolean;
  readonly sample: { readonly files: number; readonly bytes: number; readonly frames: number };
  /** Largest first. */
  readonly kinds: readonly KindShare[];
  /** What earlier backups came to with these kinds. Empty without `earlier`. */
  readonly earlier: readonly EarlierKind[];
  readonly workers: number;
  readonly profiles: readonly ProfileForecast[];
  /** Present when `to` was given. */
  readonly target?: { readonly location: string; readonly freeBytes?: number | undefined } | undefined;
  readonly recommended: { readonly profile: FixedProfile; readonly reason: string };
  /** What led to it, in sentences. */
  readonly reasons: readonly string[];
  /** What could not be read. */
  readonly problems: readonly EntryProblem[];
  readonly durationMs: number;
}
