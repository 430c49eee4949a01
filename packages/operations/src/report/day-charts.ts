import { daysText, dayText, shortDayText } from './dates.ts';
import { CHART_WIDTH, type Drawing, type Ink, rounded, type Shape } from './drawing.ts';
import { heightIn, LABELS_Y, PLOT, valueAxis } from './plot.ts';
import type { Scale } from './scales.ts';

/** What a chart over days shows of one day. */
export interface DayValue {
  readonly date: string;
  /** Parts that stand on each other, lowest first. */
  readonly parts: readonly { readonly ink: Ink; readonly value: number; readonly name: string }[];
}

/** A chart over days. */
export interface DayChart {
  readonly title: string;
  readonly description: string;
  readonly days: readonly DayValue[];
  /** Up to the highest value, when days of long periods are put together. */
  readonly scale: (most: number) => Scale;
  readonly format: (value: number) => string;
  /** `bars` stand on each other, `points` each by itself. */
  readonly form: 'bars' | 'points';
  readonly legend: Drawing['legend'];
}

/** Bars that a chart bears; more are put together. */
const MOST = 100;
/** Room that the label of a day takes. */
const LABEL = 48;

/** Lays out a chart over days. Days of long periods are put together: bars add up, of points the highest stays. */
export function dayChart(chart: DayChart): Drawing {
  const { title, description, format, legend } = chart;
  const groups = grouped(chart);
  const scale = chart.scale(highest(groups, chart.form));
  const step = (PLOT.right - PLOT.left) / Math.max(1, groups.length);
  const y = heightIn(scale);
  const every = Math.max(1, Math.ceil(LABEL / step));
  const shapes: Shape[] = [...valueAxis(scale, format)];
  for (const [at, group] of groups.entries()) {
    const left = PLOT.left + step * at;
    shapes.push(
      ...(chart.form === 'bars' ? barOf(group, { left, step, y }) : pointOf(group, { left, step, y, format })),
    );
    if (at % every === 0 && left + step / 2 < CHART_WIDTH - LABEL / 3) {
      const text = shortDayText(group.dates[0] ?? '');
      shapes.push({ kind: 'text', at: [rounded(left + step / 2), LABELS_Y], text, anchor: 'middle' });
    }
  }
  const names = [...new Set(chart.days.flatMap(({ parts }) => parts.map(({ name }) => name)))];
  const rows = chart.days.map(({ date, parts }) => [
    dayText(date),
    ...names.map((name) => {
      const part = parts.find((each) => each.name === name);
      return part === undefined ? '' : format(part.value);
    }),
  ]);
  return {
    width: CHART_WIDTH,
    height: PLOT.height,
    title,
    description,
    legend,
    shapes,
    table: { head: ['Day', ...names], rows },
  };
}

interface Group {
  readonly dates: readonly string[];
  readonly parts: DayValue['parts'];
}

function grouped({ days, form }: DayChart): readonly Group[] {
  const together = (a: number, b: number): number => (form === 'bars' ? a + b : Math.max(a, b));
  const size = Math.ceil(days.length / MOST);
  return Array.from({ length: Math.ceil(days.length / Math.max(1, size)) }, (_, at) => {
    const own = days.slice(at * size, (at + 1) * size);
    const parts = new Map<string, Group['parts'][number]>();
    for (const part of own.flatMap((day) => day.parts))
      parts.set(part.name, { ...part, value: together(part.value, parts.get(part.name)?.value ?? 0) });
    return { dates: own.map(({ date }) => date), parts: [...parts.values()] };
  });
}

/** The top of the highest bar, or the highest point; 0 where there is none. */
function highest(groups: readonly Group[], form: DayChart['form']): number {
  const tops = groups.map(({ parts }) => {
    const values = parts.map(({ value }) => value);
    return form === 'bars' ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
  });
  return Math.max(0, ...tops);
}

interface Slot {
  readonly left: number;
  readonly step: number;
  readonly y: (value: number) => number;
}

function barOf({ dates, parts }: Group, { left, step, y }: Slot): Shape[] {
  const gap = Math.min(step * 0.2, 6);
  let below = 0;
  return parts.flatMap(({ ink, value, name }): Shape[] => {
    if (!(value > 0)) return [];
    const [top, bottom] = [y(below + value), y(below)];
    below += value;
    const title = `${daysText(dates)}: ${name}`;
    // What is little is seen all the same.
    const height = Math.max(1, rounded(bottom - top));
    const width = Math.min(step - gap, 40);
    const at = [rounded(left + (step - width) / 2), rounded(bottom - height)] as const;
    return [{ kind: 'rect', at, width: rounded(width), height, ink, title }];
  });
}

function pointOf({ dates, parts }: Group, slot: Slot & { readonly format: (value: number) => string }): Shape[] {
  const { left, step, y, format } = slot;
  return parts.flatMap(({ ink, value, name }): Shape[] => [
    {
      kind: 'dot',
      at: [rounded(left + step / 2), y(value)],
      radius: step > 6 ? 3.5 : 2,
      ink,
      title: `${daysText(dates)}: ${name} ${format(value)}`,
    },
  ]);
}
