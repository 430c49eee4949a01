import type { RetentionItem } from '@x/retention';
import { type ExplainedItem, shownId } from '../compose/retention.ts';
import type { ShapeOf } from '../output/shapes.ts';
import { tableLines } from './table.ts';
import { displayText } from './text.ts';
import { formatTime } from './time.ts';

/** The moment of an item, as its times may be given. */
export function momentOf({ time }: RetentionItem): string {
  return formatTime(time instanceof Date ? time.getTime() : time);
}

/** The plan with its reasons, in the order of the items. */
export function decisionTable(explained: readonly ExplainedItem[], removal: string): readonly string[] {
  const groups = new Set(explained.map(({ item }) => item.group));
  const hasGroups = groups.size > 1;
  const rows = explained.map(({ item, decision, sentence }) => [
    decision.keep ? 'keep' : removal,
    displayText(shownId(item.id)),
    momentOf(item),
    ...(hasGroups ? [displayText(item.group ?? '')] : []),
    displayText(sentence),
  ]);
  const titles = ['PLAN', 'ID', 'TIME', ...(hasGroups ? ['GROUP'] : []), 'WHY'];
  return tableLines(
    titles.map((title) => ({ title })),
    rows,
  );
}

/** A decision as JSON has it: times as text. */
export function decisionOutput({ decision, sentence }: ExplainedItem): ShapeOf<'RetentionPlan'>['decisions'][number] {
  const { id, keep, reasons, nextReview, replacedBy } = decision;
  return {
    id,
    keep,
    why: sentence,
    reasons: reasons.map(({ at, ...reason }) => ({ ...reason, at: at === undefined ? undefined : isoOf(at) })),
    nextReview: nextReview === null ? null : isoOf(nextReview),
    replacedBy,
  };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** A line for each reason of a decision. */
export function reasonLines({ decision }: ExplainedItem): readonly string[] {
  const { reasons, nextReview, replacedBy } = decision;
  const lines = reasons.map(({ rule, keeps, policy, at, item, ...facts }) => {
    const parts = [
      ...Object.entries(facts).map(([name, value]) => `${name} ${String(value)}`),
      ...(item === undefined ? [] : [`item ${shownId(item)}`]),
      ...(at === undefined ? [] : [`until ${isoOf(at)}`]),
      ...(policy === undefined ? [] : [`policy ${policy}`]),
    ];
    return `  ${keeps ? 'for keeping' : 'against it '}  ${displayText([rule, ...parts].join(', '))}`;
  });
  if (nextReview !== null) lines.push(`  next review  ${isoOf(nextReview)}`);
  if (replacedBy !== null) lines.push(`  in its place ${displayText(shownId(replacedBy))}`);
  return lines;
}
