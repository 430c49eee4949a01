import type { RestorePlan } from '@x/backup-store';
import { formatBytes, formatCount, formatNumberOf } from './bytes.ts';
import { shortId } from './snapshot.ts';
import { displayText } from './text.ts';

const SHOWN = 20;

const MARKS = { create: '+', overwrite: 'M', keep: '=', metadata: 'm', delete: '-', note: '!' } as const;

function actionLine(action: RestorePlan['actions'][number]): string {
  const reason = action.reason === undefined ? '' : ` (${displayText(action.reason)})`;
  return `  ${MARKS[action.action]} ${displayText(action.path)}${reason}`;
}

/** Lines that say what a restore would do: what changes files first, everything with `all`. */
export function planLines(plan: RestorePlan, all: boolean): readonly string[] {
  const { counts } = plan;
  const interesting = all ? plan.actions : plan.actions.filter((action) => action.action !== 'keep');
  const shown = all ? interesting : interesting.slice(0, SHOWN);
  const rest = interesting.length - shown.length;
  const where = plan.target === '/' ? 'to the original paths' : `to ${displayText(plan.target)}`;
  return [
    `Restore of ${shortId(plan.snapshot)} ${where}, overwrite ${plan.overwrite}:`,
    ...shown.map(actionLine),
    ...(rest > 0 ? [`  ... and ${formatCount(rest)} more; --verbose lists them`] : []),
    `  ${formatCount(counts.create)} to create, ${formatCount(counts.overwrite)} to overwrite, ` +
      `${formatCount(counts.metadata)} metadata only, ${formatCount(counts.delete)} to delete, ` +
      `${formatCount(counts.keep)} to keep, ${formatCount(counts.note)} noted only`,
    `  ${formatBytes(plan.bytes)} to write, ${formatBytes(plan.bytesFetched)} to fetch in ${formatNumberOf(plan.requests, 'request')}`,
  ];
}
