import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Repository } from '../repository/contract.ts';
import { locate } from '../snapshots/locate.ts';
import type { SnapshotRecord, SnapshotSource } from '../snapshots/record.ts';
import { type CheckOutcome, runCheck, skipped } from './check.ts';
import type { RestoreInto, ScratchCopy, ValidationCheck } from './contract.ts';

/** What {@link checkSources} works with. */
export interface SourceParts {
  readonly repository: Pick<Repository, 'read'>;
  readonly snapshot: SnapshotRecord;
  /** The part of it that was restored. Default: all. */
  readonly path: string | undefined;
  readonly sandbox: string;
  readonly restoreInto: Readonly<Record<string, RestoreInto>>;
  readonly signal: AbortSignal | undefined;
  /** Takes what was restored, to be thrown away in the end. */
  readonly keep: (copy: ScratchCopy) => void;
}

const NAMES = ['schema', 'data', 'live'] as const;

/**
 * Restores each source that is no files and folders into a place that is thrown away, and looks at it there: what does not take it
 * would not take it when it matters either. Each source has its own checks, so that one that could not be made stands beside none that was.
 */
export async function checkSources(parts: SourceParts): Promise<ValidationCheck[]> {
  const sources = locate(parts.snapshot, parts.path)
    .map(({ source }) => source)
    .filter(({ kind }) => kind !== 'directory');
  if (sources.length === 0)
    return await Promise.all(
      NAMES.map(async (name) => await runCheck(name, async () => skipped('there are files and folders only'))),
    );
  const checks: ValidationCheck[] = [];
  for (const source of sources) checks.push(...(await checkSource(parts, source)));
  return checks;
}

async function checkSource(parts: SourceParts, source: SnapshotSource): Promise<ValidationCheck[]> {
  const into = Object.hasOwn(parts.restoreInto, source.kind) ? parts.restoreInto[source.kind] : undefined;
  if (into === undefined) {
    const why = `no place was named that sources of kind ${source.kind} are restored to`;
    return await Promise.all(NAMES.map(async (name) => await runCheck(name, async () => skipped(why), source.path)));
  }
  let copy: ScratchCopy | undefined;
  const restoring = async (): Promise<CheckOutcome> => {
    copy = await into(await requestOf(parts, source));
    parts.keep(copy);
    return copy.skipped === undefined ? { checked: 1, problems: [], detail: copy.detail } : skipped(copy.skipped);
  };
  return [
    await runCheck('schema', restoring, source.path),
    await runCheck('data', async () => await dataOf(copy), source.path),
    await runCheck('live', async () => await liveOf(copy), source.path),
  ];
}

const NOT_RESTORED = 'it could not be restored';

async function dataOf(copy: ScratchCopy | undefined): Promise<CheckOutcome> {
  if (copy === undefined) return skipped(NOT_RESTORED);
  return (await copy.checkData?.()) ?? skipped('nothing is known here that could be looked at');
}

async function liveOf(copy: ScratchCopy | undefined): Promise<CheckOutcome> {
  if (copy === undefined) return skipped(NOT_RESTORED);
  return (await copy.checkLive?.()) ?? skipped('nothing live was named to compare it with');
}

async function requestOf(parts: SourceParts, source: SnapshotSource): Promise<Parameters<RestoreInto>[0]> {
  const { repository, snapshot, sandbox, signal } = parts;
  const files: string[] = [];
  const found = await readdir(join(sandbox, source.path), { recursive: true, withFileTypes: true }).catch(
    () => undefined,
  );
  if (found === undefined) files.push(source.path);
  else
    for (const entry of found)
      if (entry.isFile()) files.push(join(entry.parentPath, entry.name).slice(sandbox.length + 1));
  return { repository, snapshot: snapshot.id, source, files: files.toSorted(), sandbox, signal };
}
