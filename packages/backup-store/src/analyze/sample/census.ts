import { setImmediate } from 'node:timers/promises';
import type { EntryProblem } from '../../repository/run-contract.ts';
import { displayPath, joinPath } from '../../run/display-path.ts';
import { walkDirectory } from '../../source/walk.ts';
import { stopIfAborted } from '../aborted.ts';

/** Entries between two looks at the signal. */
const BREATH = 500;
const MAX_PROBLEMS = 100;

/** Files of a place, in the order of a backup. */
export interface Census {
  /** Absolute, as bytes in Latin-1: one character each. */
  readonly paths: readonly string[];
  readonly sizes: readonly number[];
  readonly complete: boolean;
  readonly problems: readonly EntryProblem[];
}

/** What {@link takeCensus} looks at. */
export interface CensusOptions {
  readonly exclude: readonly string[];
  readonly ignoreFileName: string;
  readonly maxEntries: number;
  readonly signal: AbortSignal | undefined;
}

/** Lists the files with content below a path, or the file that it is; links are not followed. */
export async function takeCensus(root: string, options: CensusOptions): Promise<Census> {
  const { exclude, ignoreFileName, maxEntries, signal } = options;
  const paths: string[] = [];
  const sizes: number[] = [];
  const problems: EntryProblem[] = [];
  const top = Buffer.from(root);
  let entries = 0;
  for (const item of walkDirectory({ root: top, exclude, ignoreFileName })) {
    if (++entries % BREATH === 0) await setImmediate();
    stopIfAborted(signal);
    if (entries > maxEntries) return { paths, sizes, complete: false, problems };
    if ('failure' in item) {
      const { path, code, message } = item.failure;
      if (problems.length < MAX_PROBLEMS) problems.push({ ...displayPath(joinPath(top, path)), code, message });
    } else if (item.entry.kind === 'file' && item.entry.size > 0) {
      paths.push(joinPath(top, item.entry.path).toString('latin1'));
      sizes.push(item.entry.size);
    }
  }
  return { paths, sizes, complete: true, problems };
}
