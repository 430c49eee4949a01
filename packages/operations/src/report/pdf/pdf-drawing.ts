import type { Drawing, Shape } from '../drawing.ts';
import { beginPage, colorOf, heightOf, type Look, PAGE, type Paper, roomLeft, textAt, WIDTH } from './paper.ts';
import { printable } from './printable.ts';

const GAP = 16;
/** Two charts stand beside each other. */
const COLUMN: number = (WIDTH - GAP) / 2;
const TITLE = { size: 9.5, isBold: true, width: COLUMN } as const satisfies Look;
const SOFT = { size: 7.5, ink: 'soft', width: COLUMN } as const satisfies Look;
/** Letters of a chart, before it is made smaller. */
const LETTERS = 11;

/** Draws charts, two in a row. */
export function drawCharts(paper: Paper, charts: readonly Drawing[]): void {
  for (let at = 0; at < charts.length; at += 2) {
    const row = charts.slice(at, at + 2);
    const height = Math.max(...row.map((chart) => chartHeight(paper, chart)));
    if (height > roomLeft(paper) && paper.y > PAGE.margin) beginPage(paper);
    const top = paper.y;
    for (const [column, chart] of row.entries()) drawChart(paper, chart, { left: column * (COLUMN + GAP), top });
    paper.y = top + height + 12;
  }
}

const scaleOf = ({ width }: Drawing): number => COLUMN / width;

function chartHeight(paper: Paper, chart: Drawing): number {
  const texts = heightOf(paper, chart.title, TITLE) + heightOf(paper, chart.description, SOFT) + 6;
  return texts + chart.height * scaleOf(chart) + (chart.legend.length === 0 ? 0 : 14);
}

interface Corner {
  /** Points from the left margin. */
  readonly left: number;
  readonly top: number;
}

function drawChart(paper: Paper, chart: Drawing, { left, top }: Corner): void {
  textAt(paper, top, chart.title, { ...TITLE, left });
  const below = top + heightOf(paper, chart.title, TITLE) + 1;
  textAt(paper, below, chart.description, { ...SOFT, left });
  const origin = { left, top: below + heightOf(paper, chart.description, SOFT) + 5 };
  for (const shape of chart.shapes) drawShape(paper, shape, { ...origin, scale: scaleOf(chart) });
  drawLegend(paper, chart, { left, top: origin.top + chart.height * scaleOf(chart) + 2 });
}

function drawLegend(paper: Paper, { legend }: Drawing, { left, top }: Corner): void {
  let at = left;
  for (const { ink, text, hollow } of legend) {
    const dot: Shape = { kind: 'dot', at: [3, 4], radius: 2.5, ink, ...(hollow === true && { hollow }) };
    drawShape(paper, dot, { left: at, top, scale: 1 });
    textAt(paper, top, text, { ...SOFT, left: at + 9, width: COLUMN });
    at += 9 + printable(text).length * 3.9 + 10;
  }
}

function drawShape(paper: Paper, shape: Shape, { left, top, scale }: Corner & { readonly scale: number }): void {
  const x = (value: number): number => PAGE.margin + left + value * scale;
  const y = (value: number): number => top + value * scale;
  switch (shape.kind) {
    case 'rect':
      paper.fillColor(colorOf(shape.ink));
      paper.rect(x(shape.at[0]), y(shape.at[1]), shape.width * scale, shape.height * scale);
      paper.fill();
      return;
    case 'dot':
      paper.circle(x(shape.at[0]), y(shape.at[1]), shape.radius * scale);
      drawDot(paper, shape.ink, shape.hollow === true);
      return;
    case 'line':
      paper.strokeColor(colorOf(shape.ink));
      paper.lineWidth(shape.width * scale);
      for (const [at, point] of shape.points.entries())
        if (at === 0) paper.moveTo(x(point[0]), y(point[1]));
        else paper.lineTo(x(point[0]), y(point[1]));
      paper.stroke();
      return;
    case 'text': {
      const width = 240;
      const from = { start: 0, middle: width / 2, end: width }[shape.anchor];
      const align = ({ start: 'left', middle: 'center', end: 'right' } as const)[shape.anchor];
      const size = LETTERS * scale;
      const at = x(shape.at[0]) - from - PAGE.margin;
      textAt(paper, y(shape.at[1]) - size * 0.76, shape.text, { size, ink: 'soft', left: at, width, align });
      return;
    }
  }
}

function drawDot(paper: Paper, ink: string, isHollow: boolean): void {
  if (!isHollow) {
    paper.fillColor(colorOf(ink));
    paper.fill();
    return;
  }
  paper.strokeColor(colorOf(ink));
  paper.lineWidth(1);
  paper.stroke();
}
