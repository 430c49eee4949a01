import type { FlagCounts, FlagDefinitions } from '@x/feature-flags';
import type { FlagReference, ScanProgress, StaleReport } from '@x/feature-flags/stale';
import { relative } from 'node:path';
import { now } from '../clock.ts';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf } from '../render/bytes.ts';
import { lineProgress } from '../terminal/line-progress.ts';
import { readInput } from './files.ts';
import { featureFlags } from './flags.ts';

/** Loads what finds stale flags. */
const stale = (context: Context): Promise<typeof import('@x/feature-flags/stale')> =>
  context.timed('load stale', () => import('@x/feature-flags/stale'));

/** What is known beside the definitions. */
export interface StaleSources {
  /** The file of the flags, which names all of them and uses none. */
  readonly file: string;
  readonly folders: readonly string[];
  readonly exclude?: readonly string[] | undefined;
  readonly counts?: string | undefined;
  readonly unusedForMs?: number | undefined;
}

/** What may be cleared away. */
export interface StaleFindings {
  readonly report: StaleReport;
  /** Files that were looked through; `undefined` if none were to be. */
  readonly scanned: number | undefined;
  /** Files that were not: too large, or no text. */
  readonly skipped: number;
}

/** Finds stale flags. @throws {FlagError} `INVALID_COUNTS`, `UNREADABLE_SOURCES`; {CliError} `UNREADABLE`, `USAGE`. */
export async function findStale(
  context: Context,
  definitions: FlagDefinitions,
  sources: StaleSources,
): Promise<StaleFindings> {
  const { folders, unusedForMs } = sources;
  const counts = sources.counts === undefined ? undefined : await readCounts(context, sources.counts);
  const scan = folders.length === 0 ? undefined : await scanCode(context, Object.keys(definitions.flags), sources);
  const { staleFlags } = await stale(context);
  const report = staleFlags(definitions, { nowMs: now(), counts, references: scan?.references, unusedForMs });
  return { report, scanned: scan?.files, skipped: scan?.skipped ?? 0 };
}

async function readCounts(context: Context, file: string): Promise<FlagCounts> {
  const path = resolvePath(file, context.workingDirectory);
  const text = (await readInput(path, 'counts', 'Check the path.')).toString('utf8');
  const { parseCounts } = await featureFlags(context);
  return parseCounts(text);
}

const lineOf = ({ files, bytes }: ScanProgress): string =>
  `looked through ${formatNumberOf(files, 'file')}, ${formatBytes(bytes)}`;

async function scanCode(
  context: Context,
  keys: readonly string[],
  { file: flagsFile, folders, exclude = [] }: StaleSources,
): Promise<{ readonly references: readonly FlagReference[]; readonly files: number; readonly skipped: number }> {
  const { scanForFlags } = await stale(context);
  const { workingDirectory, messages, signal } = context;
  const shown = lineProgress(messages, lineOf);
  const references: FlagReference[] = [];
  let [files, skipped] = [0, 0];
  const onProgress = (progress: ScanProgress): void => {
    ({ files, skipped } = progress);
    shown.onProgress(progress);
  };
  const options = {
    folders: folders.map((folder) => resolvePath(folder, workingDirectory)),
    keys,
    exclude: [flagsFile, ...exclude],
    signal,
    onProgress,
  };
  try {
    for await (const each of scanForFlags(options))
      references.push({ ...each, file: relative(workingDirectory, each.file) });
  } finally {
    shown.end();
  }
  if (files === 0) {
    throw usageError(
      `Expected source text in ${folders.join(', ')}, got none`,
      'Without any code, no flag would be in it. Name the folders of the code.',
    );
  }
  return { references, files, skipped };
}
