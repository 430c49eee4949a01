import { canonicalJson } from '../bytes/canonical-json.ts';
import type { PreviousSource, SourceDetail } from '../source/contract.ts';
import type { RecordModule } from './contract.ts';
import { MANIFEST, type ModuleManifest, readManifest } from './manifest.ts';

/** Milliseconds that changes are looked for again where a module can't tell its moment. */
const OVERLAP_MS = 5 * 60_000;
/** And where it can: writers may have clocks of their own. */
const MOMENT_OVERLAP_MS = 60_000;
/** Milliseconds that deleted records are known for at least: 90 days. */
export const KEEP_DELETED_MS: number = 90 * 86_400_000;

/** How a module is read. Times are milliseconds since 1970. */
export interface ReadingPlan {
  readonly reading: 'all' | 'changed';
  /** Present when changes are read: since then. */
  readonly since?: number | undefined;
  /** How deletions are found: told by the module, by comparing with what was there, or not at all. */
  readonly deletions: 'told' | 'compared' | 'none';
  /** Deletions that are told are asked for since then. */
  readonly deletedSince: number;
}

/** What a plan is made from. */
export interface ReadingFacts {
  readonly module: Pick<RecordModule, 'readsChanges' | 'ids' | 'deleted'>;
  readonly wanted: 'all' | 'changed';
  /** Earlier than what was seen last: more is read than has to be. */
  readonly since: number | undefined;
  readonly schema: SourceDetail | undefined;
  readonly before: ModuleManifest | undefined;
  readonly nowMs: number;
}

/** Decides how a module is read. */
export function planReading({ module, wanted, since, schema, before, nowMs }: ReadingFacts): ReadingPlan {
  const isWhole =
    wanted === 'all' ||
    before === undefined ||
    module.readsChanges === false ||
    canonicalJson(before.schema ?? null) !== canonicalJson(schema ?? null);
  if (isWhole) {
    const deletions = module.deleted === undefined ? (before === undefined ? 'none' : 'compared') : 'told';
    return { reading: 'all', deletions, deletedSince: nowMs - KEEP_DELETED_MS };
  }
  const from = Math.min(before.changesSince, since ?? before.changesSince);
  // Who does not know all that was deleted so far can't go on by being told the rest.
  const isTold = module.deleted !== undefined && (before.deletes === 'known' || module.ids === undefined);
  const deletions = isTold ? 'told' : module.ids === undefined ? 'none' : 'compared';
  return { reading: 'changed', since: from, deletions, deletedSince: from };
}

/** Whether all deletions are known after such a reading. */
export function deletesAfter(plan: ReadingPlan, before: ModuleManifest | undefined): 'known' | 'unknown' {
  if (plan.reading === 'all' || plan.deletions === 'compared') return 'known';
  return plan.deletions === 'told' && before?.deletes === 'known' ? 'known' : 'unknown';
}

/** What the next reading asks for: what a module says, or the newest that was seen, but not what is still to come. */
export function changesSinceNext(facts: {
  readonly moment: number | undefined;
  readonly newest: number | undefined;
  readonly nowMs: number;
  readonly overlapMs: number | undefined;
}): number {
  const { moment, newest, nowMs, overlapMs } = facts;
  if (moment !== undefined) return moment - (overlapMs ?? MOMENT_OVERLAP_MS);
  return Math.min(nowMs, newest ?? nowMs) - (overlapMs ?? OVERLAP_MS);
}

/** What is known of a module in the snapshot before; nothing, if not all of its files are there. */
export async function manifestBefore(
  previous: PreviousSource | undefined,
  module: string,
): Promise<ModuleManifest | undefined> {
  const path = `${module}/${MANIFEST}`;
  const file = previous?.files.get(path);
  if (previous === undefined || file === undefined) return undefined;
  const manifest = await readManifest(file, path);
  const isWhole = manifest.segments.flat().every((each) => previous.files.has(`${module}/${each.file}`));
  return isWhole ? manifest : undefined;
}
