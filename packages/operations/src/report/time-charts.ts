import { CHART_WIDTH, type Drawing, edgeLine, type Ink, rounded, type Shape } from './drawing.ts';
import { heightIn, LABELS_Y, PLOT, valueAxis } from './plot.ts';
import { type Scale, timeTicks } from './scales.ts';
import { lineText } from './words.ts';
import type { Zone } from './zone.ts';

/** A time that a chart is about. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly zone: Zone;
}

/** Something in a row of a timeline: a moment, or from one moment to another. */
export interface TimeMark {
  readonly atMs: number;
  readonly toMs?: number | undefined;
  readonly ink: Ink;
  readonly hollow?: boolean | undefined;
  readonly title: string;
}

/** Rows of moments and times, one below the other. */
export interface TimelineChart extends Pick<Drawing, 'title' | 'description' | 'legend' | 'table'> {
  readonly rows: readonly { readonly name: string; readonly marks: readonly TimeMark[] }[];
}

const LEFT = 8;
const RIGHT = 8;
const ROW = 34;
const AXIS = 26;
const TOP = 6;
/** Moments of a row of which more are drawn smaller. */
const CROWD = 50;

/** Lays out rows of time: the name of a row stands above what is in it, so that long names have room. */
export function timelineChart(chart: TimelineChart, window: TimeWindow): Drawing {
  const { title, description, legend, table, rows } = chart;
  const height = TOP + rows.length * ROW + AXIS;
  const bottom = height - AXIS;
  const x = placeOf(window, LEFT);
  const shapes: Shape[] = [...timeAxis(window, x, { top: TOP, bottom, label: height - 8 })];
  for (const [at, { name, marks }] of rows.entries()) {
    const top = TOP + at * ROW;
    shapes.push({ kind: 'text', at: [LEFT, top + 12], text: shortName(name), anchor: 'start' });
    const y = top + 24;
    shapes.push(edgeLine([LEFT, y], [CHART_WIDTH - RIGHT, y]));
    const radius = marks.length > CROWD ? 2 : 3.5;
    for (const mark of marks) shapes.push(markOf(mark, [x, y], radius));
  }
  return { width: CHART_WIDTH, height, title, description, legend, shapes, table };
}

/** Characters that a line of a chart has room for. */
const shortName = (name: string): string => lineText(name, 48);

function markOf(
  { atMs, toMs, ink, hollow, title }: TimeMark,
  [x, y]: readonly [(ms: number) => number, number],
  radius: number,
): Shape {
  const left = x(atMs);
  if (toMs === undefined) return { kind: 'dot', at: [left, y], radius, ink, title, ...(hollow === true && { hollow }) };
  return { kind: 'rect', at: [left, y - 5], width: Math.max(1.5, rounded(x(toMs) - left)), height: 10, ink, title };
}

/** A line of values over time. */
export interface LineChart extends Pick<Drawing, 'title' | 'description' | 'legend' | 'table'> {
  readonly series: readonly {
    readonly ink: Ink;
    readonly points: readonly { readonly ms: number; readonly value: number }[];
  }[];
  readonly scale: Scale;
  readonly format: (value: number) => string;
}

/** Lays out lines over time. */
export function lineChart(chart: LineChart, window: TimeWindow): Drawing {
  const { title, description, legend, table, series, scale, format } = chart;
  const x = placeOf(window, PLOT.left);
  const y = heightIn(scale);
  const shapes: Shape[] = [
    ...valueAxis(scale, format),
    ...timeAxis(window, x, { top: PLOT.bottom, bottom: PLOT.bottom + 4, label: LABELS_Y }),
    ...series.flatMap(({ ink, points }): Shape[] => {
      const places = points.map(({ ms, value }) => [x(ms), y(value)] as const);
      const [only] = places;
      if (places.length === 1 && only !== undefined) return [{ kind: 'dot', at: only, radius: 3.5, ink }];
      return [{ kind: 'line', points: places, ink, width: 2 }];
    }),
  ];
  return { width: CHART_WIDTH, height: PLOT.height, title, description, legend, shapes, table };
}

function placeOf({ fromMs, toMs }: TimeWindow, left: number): (ms: number) => number {
  const width = CHART_WIDTH - left - RIGHT;
  const span = Math.max(1, toMs - fromMs);
  return (ms) => rounded(left + (Math.min(Math.max(ms, fromMs), toMs) - fromMs) * (width / span));
}

interface AxisPlace {
  readonly top: number;
  readonly bottom: number;
  /** Where labels stand. */
  readonly label: number;
}

function timeAxis({ fromMs, toMs, zone }: TimeWindow, x: (ms: number) => number, place: AxisPlace): Shape[] {
  return timeTicks(fromMs, toMs, zone).flatMap(({ ms, label }): Shape[] => {
    const at = x(ms);
    const anchor = at < 24 ? 'start' : at > CHART_WIDTH - 28 ? 'end' : 'middle';
    return [
      edgeLine([at, place.top], [at, place.bottom]),
      { kind: 'text', at: [at, place.label], text: label, anchor },
    ];
  });
}
