import type { Cell, TableBlock } from '../blocks.ts';
import { lineText } from '../words.ts';
import { beginPage, colorOf, heightOf, type Look, PAGE, type Paper, roomLeft, textAt, WIDTH } from './paper.ts';

const SIZE = 8;
const GAP = 6;
/** Characters of a cell: a row must fit a page. */
const MOST = 400;

interface PlacedCell {
  readonly text: string;
  readonly look: Look;
}

/** Writes a table. A row stays on one page, and each page that it goes on to has the titles again. */
export function drawTable(paper: Paper, table: TableBlock): void {
  const titles = placed(table, table.head, true);
  if (roomLeft(paper) < 3 * (rowHeight(paper, titles) + GAP)) beginPage(paper);
  drawRow(paper, titles);
  for (const row of table.rows) {
    const cells = placed(table, row, false);
    if (rowHeight(paper, cells) + GAP > roomLeft(paper)) {
      beginPage(paper);
      drawRow(paper, titles);
    }
    drawRow(paper, cells);
  }
  paper.y += 8;
}

function placed({ shares, figures }: TableBlock, row: readonly Cell[], isTitle: boolean): readonly PlacedCell[] {
  let left = 0;
  return row.map((cell, at) => {
    const room = WIDTH * (shares[at] ?? 0);
    const text = lineText(typeof cell === 'string' ? cell : cell.text, MOST);
    const look: Look = {
      size: SIZE,
      left,
      width: room - GAP,
      align: figures.includes(at) ? 'right' : 'left',
      isBold: isTitle || at === 0,
      ink: isTitle ? 'soft' : typeof cell === 'string' ? 'text' : cell.tone,
    };
    left += room;
    return { text, look };
  });
}

function rowHeight(paper: Paper, cells: readonly PlacedCell[]): number {
  return Math.max(SIZE, ...cells.map(({ text, look }) => heightOf(paper, text, look)));
}

function drawRow(paper: Paper, cells: readonly PlacedCell[]): void {
  const height = rowHeight(paper, cells);
  for (const { text, look } of cells) textAt(paper, paper.y, text, look);
  paper.y += height + GAP / 2;
  paper.strokeColor(colorOf('edge'));
  paper.lineWidth(0.5);
  paper.moveTo(PAGE.margin, paper.y);
  paper.lineTo(PAGE.margin + WIDTH, paper.y);
  paper.stroke();
  paper.y += GAP / 2;
}
