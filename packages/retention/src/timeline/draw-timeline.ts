import { RetentionError, shown } from '../errors.ts';
import type { RetentionItem } from '../items/item.ts';
import type { Decision } from '../plan/decision.ts';
import { readTime, type TimeInput } from '../time.ts';
import { type Bar, barsOf, type Decided, decidedByGroup } from './bars.ts';
import { type Scale, scaleTo } from './scale.ts';
import { cutTo, escaped, short } from './svg.ts';

/** Options of {@link drawTimeline}. */
export interface TimelineOptions {
  /** The moment that the plan was made for. */
  readonly now: TimeInput;
  /** Default: `What stays and what goes`. */
  readonly title?: string | undefined;
  /** The row that an item stands in, by its label. Default: its group. */
  readonly groupOf?: ((item: RetentionItem) => string) | undefined;
}

// All lengths are in pixels.
const WIDTH = 960;
const LEFT = 180;
const RIGHT = 24;
const TOP = 64;
const ROW = 48;
const BOTTOM = 32;
const BAR = 4;
const LOWEST = 8;
const HIGHEST = 22;
/** More rows than this are no picture any more. */
const MOST_ROWS = 200;
const LONGEST_LABEL = 24;

const STYLE = `
text{font:12px system-ui,sans-serif;fill:#1f2937}
.title{font-size:16px;font-weight:600}
.back{fill:#ffffff}
.line{stroke:#9ca3af}
.tick{stroke:#e5e7eb}
.keep{fill:#1d4ed8}
.gone{fill:#fff7ed;stroke:#c2410c}
@media (prefers-color-scheme:dark){text{fill:#e5e7eb}.back{fill:#111827}.line{stroke:#6b7280}.tick{stroke:#374151}.keep{fill:#60a5fa}.gone{fill:#431407;stroke:#fb923c}}
`.trim();

/**
 * Draws a plan: a row for each group with time on a logarithmic scale, what is kept standing above the line and what is removed hanging below
 * it. Each bar says in its tooltip why; those too near to be told apart are one, higher with their number.
 *
 * @returns An SVG 1.1 picture with a line end, which needs nothing from elsewhere and has no scripts. Names in it are escaped.
 * @throws RetentionError `INVALID_OPTION` when the decisions are not those of the items; `INVALID_TIME`.
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { drawTimeline, planRetention } from '@x/retention';
 *
 * const items = [{ id: 'monday', time: '2026-01-26T02:00:00Z' }];
 * const options = { now: Date.now(), timeZone: 'UTC' };
 * writeFileSync('plan.svg', drawTimeline(items, planRetention(items, { daily: 7 }, options), options));
 * ```
 */
export function drawTimeline(
  items: readonly RetentionItem[],
  decisions: readonly Decision[],
  options: TimelineOptions,
): string {
  checkPairs(items, decisions);
  const now = readTime(options.now, 'now');
  const groups = decidedByGroup(items, decisions, options.groupOf ?? (({ group = '' }) => group));
  const all = [...groups.values()].flat();
  const plot = WIDTH - LEFT - RIGHT;
  const oldest = all.reduce((most, { time }) => Math.max(most, now - time), 0);
  const scale = scaleTo(oldest, 72 / plot);
  const rows = [...groups].slice(0, MOST_ROWS);
  const height = TOP + rows.length * ROW + BOTTOM;
  const kept = all.filter(({ decision }) => decision.keep).length;
  const left = groups.size - rows.length;
  const summary =
    `${kept} of ${all.length} are kept (above the line), ${all.length - kept} removed (below); as of ${new Date(now).toISOString()}` +
    (left === 0 ? '' : `; ${left} more groups are not shown`);
  const title = escaped(options.title ?? 'What stays and what goes');
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${title}. ${summary}">`,
    `<style>${STYLE}</style>`,
    `<rect class="back" width="${WIDTH}" height="${height}"/>`,
    `<text class="title" x="16" y="26">${title}</text>`,
    `<text x="16" y="46">${summary}</text>`,
    ...ticksOf(scale, plot, height),
    ...rows.flatMap(([label, members], row) =>
      rowOf(label, barsOf(members, { scale, now, places: Math.floor(plot / BAR) }), members, row),
    ),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}

function checkPairs(items: readonly RetentionItem[], decisions: readonly Decision[]): void {
  const stray = items.findIndex(({ id }, position) => decisions[position]?.id !== id);
  if (stray < 0 && items.length === decisions.length) return;
  const found = stray < 0 ? `${decisions.length} for ${items.length} items` : shown(decisions[stray]?.id);
  throw new RetentionError('INVALID_OPTION', `Expected the decisions of these items in their order, got ${found}`, {
    hint: 'Pass the items and what planRetention returned for them.',
  });
}

function ticksOf(scale: Scale, plot: number, height: number): string[] {
  return scale.ticks.flatMap(({ label, place }) => {
    const x = short(LEFT + place * plot);
    return [
      `<line class="tick" x1="${x}" y1="${TOP}" x2="${x}" y2="${height - BOTTOM}"/>`,
      `<text x="${x}" y="${height - 12}" text-anchor="middle">${label}</text>`,
    ];
  });
}

function rowOf(label: string, bars: readonly Bar[], members: readonly Decided[], row: number): string[] {
  const line = TOP + row * ROW + ROW / 2;
  const kept = members.filter(({ decision }) => decision.keep).length;
  const name = label === '' ? 'all' : label;
  return [
    `<text x="16" y="${line + 4}">${escaped(cutTo(name, LONGEST_LABEL))}<title>${escaped(name)}: ${kept} of ${members.length} are kept</title></text>`,
    `<line class="line" x1="${LEFT}" y1="${line}" x2="${WIDTH - RIGHT}" y2="${line}"/>`,
    ...bars.map(({ place, keep, count, caption }) => {
      const size = Math.min(LOWEST + 3 * Math.log2(count), HIGHEST);
      const y = short(keep ? line - 1 - size : line + 1);
      const box = `x="${LEFT + place * BAR}" y="${y}" width="${BAR - 1}" height="${short(size)}"`;
      return `<rect class="${keep ? 'keep' : 'gone'}" ${box}><title>${escaped(caption)}</title></rect>`;
    }),
  ];
}
