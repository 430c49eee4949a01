import { escaped } from './escape.ts';
import type { Chart, ChartPoint } from './chart.ts';
import { estimateText } from './words.ts';

/** Draws a chart as SVG: needs nothing from elsewhere, takes its colours from the page, and says each point in a tooltip. */
export function svgChart(chart: Chart, name: { readonly title: string; readonly live: string | undefined }): string {
  const { width, height, left, bottom, points, ticks } = chart;
  const right = width - 8;
  const line = points.map(({ x, y }) => `${x},${y}`).join(' ');
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(name.title)}">`,
    ...ticks.flatMap(({ y, label }) => [
      `<line class="grid" x1="${left}" y1="${y}" x2="${right}" y2="${y}"/>`,
      `<text class="tick" x="${left - 8}" y="${y + 4}" text-anchor="end">${escaped(label)}</text>`,
    ]),
    `<polyline class="way" points="${line}"/>`,
    ...points.map((point) => pointOf(point, { bottom, isLive: point.estimate.version === name.live })),
    '</svg>',
  ].join('');
}

function pointOf(point: ChartPoint, at: { readonly bottom: number; readonly isLive: boolean }): string {
  const { x, y, bar, label, estimate } = point;
  const title = `${estimate.version}: ${estimateText(estimate)}`;
  return [
    `<g><title>${escaped(title)}</title>`,
    bar === undefined ? '' : `<line class="bar" x1="${x}" y1="${bar[0]}" x2="${x}" y2="${bar[1]}"/>`,
    `<circle class="${at.isLive ? 'point live' : 'point'}" cx="${x}" cy="${y}" r="${at.isLive ? 6 : 4}"/>`,
    label === ''
      ? ''
      : `<text class="tick" x="${x}" y="${at.bottom + 18}" text-anchor="middle">${escaped(label)}</text>`,
    '</g>',
  ].join('');
}
