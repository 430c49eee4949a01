import type { Repository } from '@x/backup-store';
import type { Clock } from '../clock.ts';
import { contentDamage } from '../content/read-content.ts';
import { ModelError } from '../errors.ts';
import { versionId } from '../versions/known-version.ts';
import type { ModelVersion } from '../versions/version.ts';
import type { ScrubbedVersion, ScrubOptions, ScrubReport } from './scrub.ts';

/** Notes are written after so many milliseconds, and in the end: what was read is not read again because of a power cut. */
const NOTED_EVERY = 60_000;

/** What is noted of a model: its versions, and how their contents were when they were read last. */
export interface ScrubNotes {
  readonly versions: Readonly<Record<string, Pick<ScrubbedVersion, 'checkedAt' | 'damage'>>>;
}

/** Nothing was read yet. */
export const noScrubs: ScrubNotes = { versions: {} };

/** What a scrub works with. */
export interface ScrubParts {
  readonly repository: Repository;
  readonly clock: Clock;
  /** Those that were checked, by their ids. */
  readonly known: ReadonlyMap<string, ScrubbedVersion>;
  /** Whether a version was not deleted meanwhile. */
  isThere(version: ModelVersion): Promise<boolean>;
  /** Keeps what was found. */
  note(checked: readonly ScrubbedVersion[]): Promise<void>;
  /** Told of each version that is damaged. */
  tell(damaged: ScrubbedVersion): void;
}

/**
 * Reads contents back and compares them with their digests, those first that were not looked at for longest, as long as the budget lasts.
 *
 * @throws {ModelError} `ABORTED`. What was read until then is noted.
 */
export async function scrubVersions(
  versions: readonly ModelVersion[],
  options: ScrubOptions,
  parts: ScrubParts,
): Promise<ScrubReport> {
  const { clock, known } = parts;
  const { budget = {}, signal, onChecked } = options;
  const lastRead = (version: ModelVersion): number => known.get(versionId(version))?.checkedAt ?? 0;
  const queue = versions.toSorted((a, b) => lastRead(a) - lastRead(b) || a.addedAt - b.addedAt);
  const start = clock();
  const checked: ScrubbedVersion[] = [];
  let noted = 0;
  let notedAt = start;
  let bytes = 0;
  const note = async (): Promise<void> => {
    if (noted < checked.length) await parts.note(checked.slice(noted));
    noted = checked.length;
    notedAt = clock();
  };
  try {
    for (const version of queue) {
      if (clock() - start >= (budget.ms ?? Number.POSITIVE_INFINITY)) break;
      if (bytes >= (budget.bytes ?? Number.POSITIVE_INFINITY)) break;
      const damage = await contentDamage(parts.repository, version, { signal });
      bytes += version.size;
      // Its content was let go while it was read.
      if (damage !== undefined && !(await parts.isThere(version))) continue;
      const result = resultOf(version, { checkedAt: clock(), damage });
      checked.push(result);
      if (damage !== undefined) parts.tell(result);
      onChecked?.(result);
      if (clock() - notedAt >= NOTED_EVERY) await note();
    }
  } catch (cause) {
    if (signal?.aborted === true) throw new ModelError('ABORTED', 'The scrub was stopped', { cause });
    throw cause;
  } finally {
    await note();
  }
  return reportOf(versions, { known, checked });
}

function resultOf(
  version: ModelVersion,
  found: { readonly checkedAt: number; readonly damage: string | undefined },
): ScrubbedVersion {
  const { model, version: number, size } = version;
  const { checkedAt, damage } = found;
  return { model, version: number, bytes: size, checkedAt, ...(damage === undefined ? {} : { damage }) };
}

function reportOf(
  versions: readonly ModelVersion[],
  found: { readonly known: ReadonlyMap<string, ScrubbedVersion>; readonly checked: readonly ScrubbedVersion[] },
): ScrubReport {
  const { known, checked } = found;
  const now = new Map([...known, ...checked.map((each) => [versionId(each), each] as const)]);
  const all = versions.map((version) => now.get(versionId(version)));
  // 0 for one that was never read.
  const oldest = all.reduce((first, each) => Math.min(first, each?.checkedAt ?? 0), Number.POSITIVE_INFINITY);
  return {
    checked,
    damaged: all.flatMap((each) => (each?.damage === undefined ? [] : [each])),
    left: versions.length - checked.length,
    ...(oldest > 0 && Number.isFinite(oldest) ? { oldest } : {}),
  };
}
