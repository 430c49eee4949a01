import { demandRoom, INK, PAGE, type Paper, textAt, type TextLook, printable, WIDTH } from './page.ts';

/** A cell: a text, or one that looks otherwise. */
export type Cell = string | { readonly text: string; readonly look: TextLook };

/** A table whose columns share the width. */
export interface Table {
  readonly head: readonly string[];
  /** Shares of the width, which add up to 1. */
  readonly shares: readonly number[];
  readonly rows: readonly (readonly Cell[])[];
}

const GAP = 8;
const SIZE = 8;
/** A cell is cut here: it has to fit a page. */
const MOST = 600;

/** Writes a table. A row stays on one page. */
export function drawTable(paper: Paper, { head, shares, rows }: Table): void {
  const titles = head.map((text): Cell => ({ text, look: { color: INK.soft, isBold: true } }));
  for (const row of [titles, ...rows]) drawRow(paper, row, shares);
  paper.y += 6;
}

function drawRow(paper: Paper, row: readonly Cell[], shares: readonly number[]): void {
  let left = 0;
  const cells = row.map((cell, at) => {
    const room = WIDTH * (shares[at] ?? 0);
    const { text, look } = typeof cell === 'string' ? { text: cell, look: {} } : cell;
    const placed = { text: text.slice(0, MOST), look: { size: SIZE, ...look, left, width: room - GAP } };
    left += room;
    return placed;
  });
  paper.fontSize(SIZE);
  paper.font('Helvetica-Bold');
  const height = Math.max(
    ...cells.map(({ text, look }) => paper.heightOfString(printable(text), { width: look.width })),
  );
  demandRoom(paper, height + 7);
  const { y } = paper;
  for (const { text, look } of cells) textAt(paper, y, text, look);
  paper.y = y + height + 3;
  paper.strokeColor(INK.edge);
  paper.lineWidth(0.5);
  paper.moveTo(PAGE.margin, paper.y);
  paper.lineTo(PAGE.margin + WIDTH, paper.y);
  paper.stroke();
  paper.y += 4;
}
