import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { verifyDump } from '../analyze/verify-dump.ts';
import type { EntryProblem } from '../repository/contract.ts';
import type { SnapshotSource } from '../snapshots/record.ts';
import type { CheckOutcome } from './check.ts';
import type { RestoredCopy } from './contract.ts';

/** Names of dumps and packed files among files of any sort. */
const DUMP_NAME = /\.(?:sql|dump|pgdump|gz|zst|sqlite3?|db|rdb)$/i;

/** Whether sources were backed up whole, and whether dumps and packed files are sound by what their own formats have for that. */
export async function checkIntegrity(restored: RestoredCopy): Promise<CheckOutcome> {
  const { snapshot, sandbox, signal } = restored;
  const problems: EntryProblem[] = [];
  let dumps = 0;
  let unknown = 0;
  for (const source of snapshot.sources) {
    problems.push(...lossOf(source));
    for await (const file of filesBelow(join(sandbox, source.path))) {
      if (source.kind === 'directory' && !DUMP_NAME.test(file)) continue;
      const { verdict, detail } = await verifyDump(file, { signal });
      if (verdict === 'unknown') unknown++;
      else dumps++;
      if (verdict !== 'damaged' && verdict !== 'incomplete') continue;
      problems.push({ path: file.slice(sandbox.length + 1), code: `DUMP_${verdict.toUpperCase()}`, message: detail });
    }
  }
  const others = unknown === 0 ? '' : `; of ${unknown} more their format can not tell`;
  return {
    checked: dumps,
    problems,
    detail: `sources: ${snapshot.sources.length}, dumps and packed files: ${dumps}${others}`,
  };
}

function lossOf({ path, status, problems, error }: SnapshotSource): EntryProblem[] {
  if (status === 'ok') return [];
  const why = error === undefined ? '' : `: ${error.message}`;
  return [{ path, code: 'SOURCE_FAILED', message: `It was backed up with ${problems} problems${why}` }];
}

/** Regular files at or below a path, without following links. */
async function* filesBelow(path: string): AsyncGenerator<string, void, undefined> {
  const facts = await lstat(path).catch(() => undefined);
  if (facts?.isFile() === true) yield path;
  if (facts?.isDirectory() !== true) return;
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) yield* filesBelow(join(path, entry.name));
    else if (entry.isFile()) yield join(path, entry.name);
  }
}
