import type { Analysis, AnalyzeOptions, DumpCheck, VerifyDumpOptions } from '@x/backup-store/analyze';
import { publicLocation, resolveLocation } from '../config/locations.ts';
import type { Context } from '../program/context.ts';
import { pathOf } from './integrity.ts';
import { formatBytes } from '../render/bytes.ts';
import { lineProgress } from '../terminal/line-progress.ts';

// Loaded when it is needed, as the engine is, and without that.
const advisor = (context: Context): Promise<typeof import('@x/backup-store/analyze')> =>
  context.timed('load the advisor', () => import('@x/backup-store/analyze'));

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
  const analyses: Analysis[] = [];
  for (const path of paths) {
    const { signal } = context;
    const found = await analyze(pathOf(context, path), { ...options, to: place, workers, signal });
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
