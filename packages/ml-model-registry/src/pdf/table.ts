import { beginPage, INK, PAGE, type Paper, roomLeft, textAt, type TextLook, WIDTH } from './page.ts';
import { printable } from './printable.ts';

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
/** Below a row: its line, and room around that. */
const BELOW = 7;

/** Writes a table. A row stays on one page, unless it is higher than one: then it goes on on the next. */
export function drawTable(paper: Paper, { head, shares, rows }: Table): void {
  const titles = head.map((text): Cell => ({ text, look: { color: INK.soft, isBold: true } }));
  for (const row of [titles, ...rows]) drawRow(paper, placed(row, shares));
  paper.y += 6;
}

/** A cell with its place, its text as it is printed. */
interface PlacedCell {
  readonly text: string;
  readonly look: TextLook & { readonly width: number };
}

function placed(row: readonly Cell[], shares: readonly number[]): readonly PlacedCell[] {
  let left = 0;
  return row.map((cell, at) => {
    const room = WIDTH * (shares[at] ?? 0);
    const { text, look } = typeof cell === 'string' ? { text: cell, look: {} } : cell;
    const place = { text: printable(text), look: { size: SIZE, ...look, left, width: room - GAP } };
    left += room;
    return place;
  });
}

function drawRow(paper: Paper, row: readonly PlacedCell[]): void {
  let cells = row;
  const page = PAGE.height - 2 * PAGE.margin - BELOW;
  while (heightOf(paper, cells) > roomLeft(paper) - BELOW) {
    // What fits a page goes there as a whole; a few lines at the end of one help nobody.
    if (heightOf(paper, cells) > page && roomLeft(paper) > page / 4) {
      const room = roomLeft(paper) - BELOW;
      const parts = cells.map((cell) => partsOf(paper, cell, room));
      drawCells(
        paper,
        parts.map(([first]) => first),
      );
      cells = parts.map(([, rest]) => rest);
    }
    beginPage(paper);
  }
  drawCells(paper, cells);
  paper.strokeColor(INK.edge);
  paper.lineWidth(0.5);
  paper.moveTo(PAGE.margin, paper.y);
  paper.lineTo(PAGE.margin + WIDTH, paper.y);
  paper.stroke();
  paper.y += 4;
}

function drawCells(paper: Paper, cells: readonly PlacedCell[]): void {
  const { y } = paper;
  const height = heightOf(paper, cells);
  for (const { text, look } of cells) textAt(paper, y, text, look);
  paper.y = y + height + 3;
}

/** In bold type, which is never lower than the other. */
function heightOf(paper: Paper, cells: readonly PlacedCell[]): number {
  paper.fontSize(SIZE);
  paper.font('Helvetica-Bold');
  return Math.max(...cells.map(({ text, look }) => paper.heightOfString(text, { width: look.width })));
}

/** The longest beginning of a cell that fits a height, and the rest. Lines and words stay whole where they can. */
function partsOf(paper: Paper, cell: PlacedCell, height: number): readonly [PlacedCell, PlacedCell] {
  const fits = (length: number): boolean => heightOf(paper, [{ ...cell, text: cell.text.slice(0, length) }]) <= height;
  let [least, most] = [0, cell.text.length];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fits(middle)) least = middle;
    else most = middle - 1;
  }
  if (least === cell.text.length) return [cell, { ...cell, text: '' }];
  const start = cell.text.slice(0, least);
  const border = Math.max(start.lastIndexOf('\n'), start.lastIndexOf(' ')) + 1;
  const end = border > 0 ? border : Math.max(1, least);
  const [first, rest] = [cell.text.slice(0, end), cell.text.slice(end)];
  return [
    { ...cell, text: first.trimEnd() },
    { ...cell, text: rest },
  ];
}
