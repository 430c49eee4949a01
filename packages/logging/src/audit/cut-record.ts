import type { ChainState } from '@x/integrity';
import type { LogFile } from '../files/log-file.ts';
import { readLines } from '../files/read-blocks.ts';
import { readRecord } from '../record/read-record.ts';
import type { AuditCut } from './segments.ts';

/** Name of the record that says that older ones were removed. */
export const CUT_EVENT = 'audit.trimmed';

/** What a file that was removed was. */
export interface RemovedFile {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What the record says. */
export function cutDetails(state: ChainState, files: readonly RemovedFile[]): Readonly<Record<string, unknown>> {
  return { before: state.size, link: state.link, files };
}

/** Whether a record of the log says that those before the cut were removed: it is part of the chain, and can't be put in later. */
export async function hasCutRecord(
  files: readonly LogFile[],
  { state }: AuditCut,
  signal?: AbortSignal,
): Promise<boolean> {
  for (const file of files.toReversed()) {
    for await (const { bytes } of readLines(file, signal)) {
      if (!bytes.includes(CUT_EVENT)) continue;
      const { name, details } = readRecord(bytes.toString()).fields;
      const { before, link } = (details ?? {}) as Readonly<Record<string, unknown>>;
      if (name === CUT_EVENT && before === state.size && link === state.link) return true;
    }
  }
  return false;
}
