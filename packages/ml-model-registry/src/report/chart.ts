import type { Estimate } from '../metrics/estimate.ts';

/** A place in a chart: x to the right, y down. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** A point of a chart with its interval, which may be missing. */
export interface ChartPoint extends Place {
  readonly estimate: Estimate;
  /** Upper and lower end of the interval, as y. */
  readonly bar?: readonly [top: number, bottom: number] | undefined;
  /** Below the axis; empty where there is no room. */
  readonly label: string;
}

/** Where the parts of a chart go, whoever draws them. */
export interface Chart {
  readonly width: number;
  readonly height: number;
  /** Left end of the axes, and the bottom one. */
  readonly left: number;
  readonly bottom: number;
  readonly points: readonly ChartPoint[];
  readonly ticks: readonly { readonly y: number; readonly label: string }[];
}

const LEFT = 56;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 26;
/** Room that the name of a version takes. */
const LABEL = 44;

/** Lays out the points of a metric over versions, from left to right in equal steps. */
export function chartOf(
  estimates: readonly Estimate[],
  size: { readonly width: number; readonly height: number },
): Chart {
  const { width, height } = size;
  const bottom = height - BOTTOM;
  const ends = estimates.flatMap(({ value, interval }) => [value, ...(interval ?? [])]);
  const scale = scaleOf(Math.min(...ends), Math.max(...ends));
  const y = (value: number): number =>
    round(bottom - ((value - scale.low) / (scale.high - scale.low)) * (bottom - TOP));
  const step = (width - LEFT - RIGHT) / Math.max(1, estimates.length);
  const every = Math.max(1, Math.ceil(LABEL / step));
  const points = estimates.map((estimate, at): ChartPoint => {
    // Counted from the newest, which always has its label.
    const isLabelled = (estimates.length - 1 - at) % every === 0;
    const { interval } = estimate;
    return {
      estimate,
      x: round(LEFT + step * (at + 0.5)),
      y: y(estimate.value),
      ...(interval === undefined ? {} : { bar: [y(interval[1]), y(interval[0])] as const }),
      label: isLabelled ? estimate.version : '',
    };
  });
  return {
    width,
    height,
    left: LEFT,
    bottom,
    points,
    ticks: scale.ticks.map((value) => ({ y: y(value), label: figure(value) })),
  };
}

interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

/** Round numbers around what is shown, about four of them. */
function scaleOf(least: number, most: number): Scale {
  const span = most - least || Math.abs(most) * 0.1 || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.floor((most === least ? least - span / 2 : least) / step);
  const last = Math.ceil((most === least ? most + span / 2 : most) / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, at) => (first + at) * step);
  return { low: first * step, high: last * step, ticks };
}

/** A figure with at most three digits that matter. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function round(length: number): number {
  return Math.round(length * 100) / 100;
}
