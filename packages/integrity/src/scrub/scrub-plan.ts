import { IntegrityError } from '../errors.ts';
import { keyOf, pathOf } from '../manifest/entry-path.ts';
import type { Finding } from '../manifest/findings.ts';
import type { EntryPath } from '../manifest/model.ts';
import type { Survey } from '../manifest/survey.ts';
import type { FoundEntry } from '../manifest/walk.ts';
import type { CheckRecord, CheckRecords } from './scrub-state.ts';

/** Turns of files that don't go by a time. Those that somebody may have repaired come before those never checked. */
const [BEFORE_ALL, NEVER] = [Number.NEGATIVE_INFINITY, -Number.MAX_VALUE];

/** How much a scrub may do. Without either it reads everything. At least one file is read always. */
export interface ScrubBudget {
  /** Bytes to read at most; only a first file may be larger. */
  readonly bytes?: number | undefined;
  /** Milliseconds after which no other file is begun. */
  readonly ms?: number | undefined;
}

/** How much of the files that the manifest lists was read, by this scrub and those before. */
export interface ScrubCoverage {
  readonly files: number;
  readonly bytes: number;
  readonly totalFiles: number;
  readonly totalBytes: number;
  /** The part of the bytes that was read, from 0 to 1. */
  readonly share: number;
  /** All of that was read at this time or later; milliseconds since 1970. `undefined` if nothing was read. */
  readonly sinceMs: number | undefined;
}

/** Damage that an earlier scrub found, and whose turn has not come again since. */
export interface EarlierDamage extends EntryPath {
  readonly result: 'changed' | 'unreadable';
  /** Milliseconds since 1970. */
  readonly checkedAtMs: number;
}

/** @throws {IntegrityError} `INVALID_OPTION`. */
export function checkBudget(budget: ScrubBudget): ScrubBudget {
  for (const [name, value] of Object.entries(budget)) {
    if (value === undefined || value > 0) continue;
    throw new IntegrityError('INVALID_OPTION', `Expected a budget above 0 ${name}, got ${value}.`);
  }
  return budget;
}

/** Drops the records of files that the manifest does not list, or lists with another content. */
export function dropOutdated(records: CheckRecords, { expected }: Survey): void {
  for (const [key, { digest }] of records) if (expected.get(key)?.digest !== digest) records.delete(key);
}

/** The files whose turn it is: those damaged but altered since, those never checked, then the longest unchecked. */
export function planScrub({ comparable }: Survey, records: CheckRecords, budget: ScrubBudget): FoundEntry[] {
  const turn = (file: FoundEntry): number => {
    const record = records.get(file.key);
    if (record === undefined) return NEVER;
    return isAltered(file, record) ? BEFORE_ALL : record.checkedAtMs;
  };
  const turns = new Map(comparable.map((file) => [file, turn(file)]));
  const timeOf = (file: FoundEntry): number => turns.get(file) as number;
  const order = comparable.toSorted((a, b) => (timeOf(a) === timeOf(b) ? 0 : timeOf(a) - timeOf(b)));
  let left = budget.bytes ?? Number.POSITIVE_INFINITY;
  const end = order.findIndex(({ state }, index) => (left -= Number(state.size)) < 0 && index > 0);
  return end < 0 ? order : order.slice(0, end);
}

function isAltered({ state }: FoundEntry, { result, ctimeNs }: CheckRecord): boolean {
  return result !== 'sound' && ctimeNs !== String(state.ctimeNs);
}

/** What share of the manifest's files was read since when. */
export function coverageOf({ expected, tree }: Survey, records: CheckRecords): ScrubCoverage {
  let [files, bytes, totalFiles, totalBytes] = [0, 0, 0, 0];
  let sinceMs: number | undefined;
  for (const [key, { kind, size = Number(tree.entries.get(key)?.state.size ?? 0) }] of expected) {
    if (kind !== 'file') continue;
    totalFiles++;
    totalBytes += size;
    const record = records.get(key);
    if (record === undefined || record.result === 'unreadable') continue;
    files++;
    bytes += size;
    sinceMs = Math.min(sinceMs ?? record.checkedAtMs, record.checkedAtMs);
  }
  const [part, whole] = totalBytes === 0 ? [files, totalFiles] : [bytes, totalBytes];
  return { files, bytes, totalFiles, totalBytes, share: whole === 0 ? 1 : part / whole, sinceMs };
}

/**
 * Damage on record that the findings of this scrub don't have. That a file's mode or time is another one, which is found
 * without reading it, says nothing of its content.
 */
export function earlierDamage(records: CheckRecords, findings: readonly Finding[]): EarlierDamage[] {
  const found = new Set(findings.filter(isOfContent).map(keyOf));
  const damage: EarlierDamage[] = [];
  for (const [key, { result, checkedAtMs }] of records) {
    if (result !== 'sound' && !found.has(key)) damage.push({ ...pathOf(key), result, checkedAtMs });
  }
  return damage;
}

function isOfContent(finding: Finding): boolean {
  return finding.type !== 'changed' || finding.changes.includes('content') || finding.changes.includes('kind');
}
