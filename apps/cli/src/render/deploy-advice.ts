import type { AdviceContext, RankedStrategy, StrategyAdvice } from '@x/versioning/deploy';
import { formatNumberOf } from './bytes.ts';
import { factLines } from './table.ts';
import { displayText } from './text.ts';
import { formatDuration } from './time.ts';

function changesText({ diff, commitTypes, breakingCommits }: AdviceContext): string {
  if (diff === undefined) return 'not known';
  const { files, migrations, configKeys, ports, modelFiles } = diff;
  const types = Object.entries(commitTypes).map(([type, count]) => `${count} ${type}`);
  const parts = [
    formatNumberOf(files, 'file'),
    ...(migrations > 0 ? [formatNumberOf(migrations, 'migration')] : []),
    ...(configKeys.length > 0 ? [`settings ${configKeys.join(', ')}`] : []),
    ...(ports.length > 0 ? [`ports ${ports.join(', ')}`] : []),
    ...(modelFiles.length > 0 ? [formatNumberOf(modelFiles.length, 'file of models', 'files of models')] : []),
    ...(types.length > 0 ? [`commits: ${types.join(', ')}`] : []),
    ...(breakingCommits > 0 ? [`${breakingCommits} breaking`] : []),
  ];
  return parts.join('; ');
}

function backupText({ backupAgeMs }: AdviceContext): string {
  if (backupAgeMs === undefined) return 'none';
  return backupAgeMs === 'unknown' ? 'not known' : `${formatDuration(Math.max(0, backupAgeMs))} old`;
}

/** What advice was made of, as facts. */
function factsOf(context: AdviceContext, live: string | undefined): readonly string[] {
  const { channel, isDirty, remote, health, disk, history } = context;
  return factLines(
    [
      ['live', displayText(`${live ?? 'not known'} (${channel})`)],
      ['changes', displayText(changesText(context))],
      ['checkout', isDirty ? 'has changes that no commit has' : 'clean'],
      ['remote', remote],
      ['health', health],
      ['disk', disk === undefined ? 'not known' : `${Math.round(disk.usedPercent)} % used`],
      ['backup', backupText(context)],
      ['history', formatNumberOf(history.length, 'deploy')],
    ],
    '  ',
  );
}

function strategyLines({ strategy, score, reasons, blockers }: RankedStrategy, rank: number): readonly string[] {
  const title = blockers.length > 0 ? `-  ${strategy}  blocked` : `${rank}. ${strategy}  ${score}`;
  const signed = (points: number): string => `${points > 0 ? '+' : ''}${points}`.padStart(4);
  return [
    displayText(title),
    ...blockers.map(({ text }) => `   stop  ${displayText(text)}`),
    ...reasons.map(({ points, text }) => `   ${signed(points)}  ${displayText(text)}`),
  ];
}

/** Advice for people: what was looked at, then strategies with their reasons, the best first. */
export function adviceLines(
  { ranked, model }: StrategyAdvice,
  { context, live }: { readonly context: AdviceContext; readonly live?: string | undefined },
): readonly string[] {
  const learned =
    model === undefined
      ? []
      : ['', `A model of ${model.runs} deploys (${model.failed} failed) has its say, up to 15 points.`];
  return [
    ...factsOf(context, live),
    ...ranked.flatMap((each, index) => ['', ...strategyLines(each, index + 1)]),
    ...learned,
  ];
}
