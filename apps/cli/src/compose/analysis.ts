import type { Analysis, AnalyzeOptions, DumpCheck, VerifyDumpOptions } from '@x/backup-store/analyze';
import type { SnapshotRecord } from '@x/backup-store';
import { publicLocation, resolveLocation } from '../config/locations.ts';
import type { Context } from '../program/context.ts';
import { openConfigured } from './compose.ts';
import { pathOf } from './integrity.ts';
import { formatBytes } from '../render/bytes.ts';
import { lineProgress } from '../terminal/line-progress.ts';

// Loaded when it is needed, as the engine is, and without that.
const advisor = (context: Context): Promise<typeof import('@x/backup-store/analyze')> =>
  context.timed('load the advisor', () => import('@x/backup-store/analyze'));

/**
 * Snapshots of the configured repository, whose reports say what such content came to. None where there is no repository, or it
 * can't be opened: an analysis needs none.
 */
async function earlierSnapshots(context: Context): Promise<readonly SnapshotRecord[]> {
  const { settings } = await context.effective();
  if (settings.repository === undefined) return [];
  try {
    await using repository = await openConfigured(context);
    return await repository.snapshots({ tenant: settings.tenant });
  } catch (error) {
    context.messages.note(`Earlier backups do not count: ${(error as Error).message}`);
    return [];
  }
}

/** Analyzes paths as they were typed, one after the other. */
export async function analyzePaths(
  context: Context,
  paths: readonly string[],
  { to, ...options }: Pick<AnalyzeOptions, 'to' | 'exclude' | 'bytesPerSecond'>,
): Promise<readonly Analysis[]> {
  const { analyze } = await advisor(context);
  const { settings } = await context.effective();
  const place = to === undefined ? undefined : resolveLocation(to, context.workingDirectory);
  const workers = settings['performance.workers'];
  const earlier = await earlierSnapshots(context);
  const analyses: Analysis[] = [];
  for (const path of paths) {
    const { signal } = context;
    const found = await analyze(pathOf(context, path), { ...options, to: place, workers, earlier, signal });
    const { target } = found;
    const shown = target === undefined ? {} : { target: { ...target, location: publicLocation(target.location) } };
    analyses.push({ ...found, ...shown });
  }
  return analyses;
}

type Progress = Parameters<NonNullable<VerifyDumpOptions['onProgress']>>[0];

/** Checks files as they were typed, one after the other. */
export async function checkDumps(
  context: Context,
  paths: readonly string[],
  told: (check: DumpCheck) => Promise<void>,
): Promise<readonly DumpCheck[]> {
  const { verifyDump } = await advisor(context);
  const checks: DumpCheck[] = [];
  for (const path of paths) {
    const { onProgress, end } = lineProgress(context.messages, ({ bytesDone, bytesTotal }: Progress) => {
      return `check ${formatBytes(bytesDone)} of ${formatBytes(bytesTotal)}`;
    });
    const check = await verifyDump(pathOf(context, path), { signal: context.signal, onProgress }).finally(end);
    await told(check);
    checks.push(check);
  }
  return checks;
}
