import type { ReleaseMetrics } from '@x/versioning';
import { activeReleases, workspaceInfo } from '../compose/active-releases.ts';
import { openReleases, RELEASE_OPTIONS } from '../compose/releases.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes, formatNumberOf } from '../render/bytes.ts';
import { runLines } from '../render/release-run.ts';
import { versionText, workspaceText } from '../render/release.ts';
import { factLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { formatDuration, formatTime } from '../render/time.ts';

function paceText({ perWeek }: ReleaseMetrics, intervalMs: number): string {
  const between = `${formatDuration(intervalMs)} between two (median)`;
  return perWeek === undefined ? between : `${perWeek.toFixed(1)} a week, ${between}`;
}

function metricFacts(metrics: ReleaseMetrics): readonly (readonly [string, string])[] {
  const { count, yanked, preReleases, last, intervalMs, leadTimeMs, size } = metrics;
  if (count === 0) return [['releases', 'none']];
  return [
    [
      'releases',
      `${formatNumberOf(count, 'release')}, ${formatNumberOf(preReleases, 'pre-release')}, ${yanked} yanked`,
    ],
    ['last', formatTime(last ?? '')],
    ...(intervalMs === undefined ? [] : [['pace', paceText(metrics, intervalMs)] as const]),
    ...(leadTimeMs === undefined
      ? []
      : [['lead time', `${formatDuration(leadTimeMs)} from commit to release (median)`] as const]),
    [
      'artefacts',
      `${formatBytes(size.total)}, ${formatBytes(size.median)} (median), ${formatBytes(size.largest)} (largest)`,
    ],
  ];
}

async function run(context: Context): Promise<ExitCode> {
  const { signal, output, messages } = context;
  const { manager, store } = await openReleases(context);
  const runs = await manager.runs({ signal });
  const workspace = await workspaceInfo(context, manager);
  const active = await activeReleases(context, manager);
  const metrics = await manager.metrics(undefined, { signal });
  if (context.json) {
    await emitObject(output, 'ReleaseStatus', { store, runs, workspace, active, metrics });
    return EXIT.ok;
  }
  const lines = [
    ...factLines([
      ['store', displayText(store)],
      ['checkout', workspaceText(workspace)],
      ['active', active.length === 0 ? 'nothing' : active.map(versionText).join(', ')],
      ...metricFacts(metrics),
      ['under way', runs.length === 0 ? 'nothing' : formatNumberOf(runs.length, 'release')],
    ]),
    ...runs.flatMap((each) => ['', ...runLines(each)]),
  ];
  await output.write(`${lines.join('\n')}\n`);
  if (runs.some(({ isRunning }) => isRunning !== true)) messages.note('A release has not ended: see above what to do.');
  return EXIT.ok;
}

/** `holdfast release status`. */
export const releaseStatus: CommandDefinition = {
  path: ['release', 'status'],
  action: 'release.read',
  summary: 'Say how releases stand: under way, killed, active, how often and how fast',
  description:
    'Releases that were begun and have not ended come with what to do about them. Metrics are those of all channels; the lead time is that from a commit to its release.',
  options: RELEASE_OPTIONS,
  examples: [{ call: 'holdfast release status', does: 'Is anything half done?' }],
  output: { shape: 'ReleaseStatus' },
  run,
};
