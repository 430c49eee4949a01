import { edgeLine, rounded, type Shape } from './drawing.ts';
import type { Scale } from './scales.ts';

/** Where a chart with an axis of values draws: below there is room for labels of time, at the left for those of values. */
export const PLOT = { height: 170, left: 52, right: 332, top: 12, bottom: 144 } as const;

/** Baseline of the labels below a plot. */
export const LABELS_Y: number = PLOT.height - 8;

/** How far down a value stands in a plot. */
export function heightIn({ high }: Scale): (value: number) => number {
  return (value) => rounded(PLOT.bottom - (Math.min(value, high) / high) * (PLOT.bottom - PLOT.top));
}

/** A line across a plot and a label for each tick of a scale. */
export function valueAxis(scale: Scale, format: (value: number) => string): readonly Shape[] {
  const y = heightIn(scale);
  return scale.ticks.flatMap((tick): Shape[] => [
    edgeLine([PLOT.left, y(tick)], [PLOT.right, y(tick)]),
    { kind: 'text', at: [PLOT.left - 6, rounded(y(tick) + 4)], text: format(tick), anchor: 'end' },
  ]);
}
