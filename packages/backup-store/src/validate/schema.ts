import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { codeOf } from '../errors.ts';
import type { EntryProblem, Repository } from '../repository/contract.ts';
import type { SnapshotRecord, SnapshotSource } from '../snapshots/record.ts';
import { type CheckOutcome, problemOf, skipped } from './check.ts';
import type { RestoreInto, ScratchCopy } from './contract.ts';

/** What {@link checkSchema} works with. */
export interface SchemaParts {
  readonly repository: Pick<Repository, 'read'>;
  readonly snapshot: SnapshotRecord;
  readonly sandbox: string;
  readonly restoreInto: Readonly<Record<string, RestoreInto>>;
  readonly signal: AbortSignal | undefined;
  /** Takes what was restored, to be thrown away in the end. */
  readonly keep: (copy: ScratchCopy) => void;
}

/** Restores databases into places that are thrown away: what does not take its dump would not take it when it matters either. */
export async function checkSchema(parts: SchemaParts): Promise<CheckOutcome> {
  const { snapshot, restoreInto } = parts;
  const sources = snapshot.sources.filter(({ kind }) => Object.hasOwn(restoreInto, kind));
  if (sources.length === 0) return skipped('no source has a place to be restored to');
  const problems: EntryProblem[] = [];
  const details: string[] = [];
  for (const source of sources) {
    try {
      const copy = await restoreOne(parts, source);
      parts.keep(copy);
      details.push(copy.detail);
    } catch (error) {
      if (codeOf(error) === 'ABORTED') throw error;
      problems.push(problemOf(source.path, error));
    }
  }
  return { checked: sources.length, problems, detail: details.join('; ') || 'none could be restored' };
}

async function restoreOne(parts: SchemaParts, source: SnapshotSource): Promise<ScratchCopy> {
  const { repository, snapshot, sandbox, restoreInto, signal } = parts;
  const files: string[] = [];
  const folder = join(sandbox, source.path);
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (found === undefined) files.push(source.path);
  else
    for (const entry of found)
      if (entry.isFile()) files.push(join(entry.parentPath, entry.name).slice(sandbox.length + 1));
  const into = restoreInto[source.kind] as RestoreInto;
  return await into({ repository, snapshot: snapshot.id, source, files: files.toSorted(), signal });
}
