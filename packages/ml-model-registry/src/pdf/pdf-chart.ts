import type { Chart, ChartPoint } from '../report/chart.ts';
import { INK, PAGE, type Paper, textAt } from './page.ts';

/** Draws a chart as lines and circles, its upper left end at the margin and a height. */
export function drawChart(
  paper: Paper,
  chart: Chart,
  place: { readonly top: number; readonly live: string | undefined },
): void {
  const { top, live } = place;
  for (const { y, label } of chart.ticks) {
    stroke(paper, INK.edge, 0.5, [
      [chart.left, top + y],
      [chart.width, top + y],
    ]);
    textAt(paper, top + y - 4, label, { size: 7, color: INK.soft, width: chart.left - 6, align: 'right' });
  }
  stroke(
    paper,
    INK.soft,
    0.75,
    chart.points.map(({ x, y }) => [x, top + y] as const),
  );
  for (const point of chart.points) {
    drawPoint(paper, point, { top, isLive: point.estimate.version === live });
    if (point.label === '') continue;
    const look = { size: 7, color: INK.soft, left: point.x - 30, width: 60, align: 'center' } as const;
    textAt(paper, top + chart.bottom + 6, point.label, look);
  }
}

function drawPoint(paper: Paper, point: ChartPoint, at: { readonly top: number; readonly isLive: boolean }): void {
  const { x, y, bar } = point;
  if (bar !== undefined) {
    stroke(paper, INK.line, 1, [
      [x, at.top + bar[0]],
      [x, at.top + bar[1]],
    ]);
  }
  paper.fillColor(INK.line);
  paper.circle(PAGE.margin + x, at.top + y, at.isLive ? 4 : 2.5);
  paper.fill();
}

function stroke(paper: Paper, color: string, width: number, way: readonly (readonly [x: number, y: number])[]): void {
  if (way.length < 2) return;
  paper.strokeColor(color);
  paper.lineWidth(width);
  for (const [at, [x, y]] of way.entries()) {
    if (at === 0) paper.moveTo(PAGE.margin + x, y);
    else paper.lineTo(PAGE.margin + x, y);
  }
  paper.stroke();
}
