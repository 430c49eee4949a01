import { printable } from './printable.ts';

/** Points on A4, of which 72 are an inch. */
export const PAGE = { width: 595.28, height: 841.89, margin: 48 } as const;

/** Room between the margins. */
export const WIDTH: number = PAGE.width - 2 * PAGE.margin;

/** Colours on paper. */
export const INK = {
  text: '#1f2937',
  soft: '#6b7280',
  edge: '#e5e7eb',
  line: '#1d4ed8',
  good: '#15803d',
  bad: '#b91c1c',
} as const;

/** The part of pdfkit's document that reports use. */
export interface Paper {
  /** Where the next line goes, from the top. */
  y: number;
  addPage(): unknown;
  font(name: string): unknown;
  fontSize(size: number): unknown;
  fillColor(color: string): unknown;
  strokeColor(color: string): unknown;
  lineWidth(width: number): unknown;
  moveTo(x: number, y: number): unknown;
  lineTo(x: number, y: number): unknown;
  circle(x: number, y: number, radius: number): unknown;
  stroke(): unknown;
  fill(): unknown;
  text(text: string, x: number, y: number, options: object): unknown;
  heightOfString(text: string, options: object): number;
}

/** How a text looks. */
export interface TextLook {
  /** Points. Default 9. */
  readonly size?: number | undefined;
  readonly color?: string | undefined;
  readonly isBold?: boolean | undefined;
  /** Points from the left margin. Default 0. */
  readonly left?: number | undefined;
  /** Default: to the right margin. */
  readonly width?: number | undefined;
  readonly align?: 'left' | 'center' | 'right' | undefined;
}

/** Height that is left on the page. */
export function roomLeft({ y }: Paper): number {
  return PAGE.height - PAGE.margin - y;
}

/** Begins a page when so much room is not left. */
export function demandRoom(paper: Paper, height: number): void {
  if (height <= roomLeft(paper)) return;
  beginPage(paper);
}

/** Goes on at the top of a new page. */
export function beginPage(paper: Paper): void {
  paper.addPage();
  paper.y = PAGE.margin;
}

/** Writes a text at a height, and tells how high it is. */
export function textAt(paper: Paper, y: number, text: string, look: TextLook = {}): number {
  const { size = 9, color = INK.text, isBold = false, left = 0, width = WIDTH - left, align = 'left' } = look;
  paper.font(isBold ? 'Helvetica-Bold' : 'Helvetica');
  paper.fontSize(size);
  paper.fillColor(color);
  const shown = printable(text);
  const height = paper.heightOfString(shown, { width, align });
  paper.text(shown, PAGE.margin + left, y, { width, align });
  return height;
}

/** Writes a text below what is there, on the next page when it does not fit. */
export function line(paper: Paper, text: string, look: TextLook = {}): void {
  const { size = 9, left = 0, width = WIDTH - left } = look;
  paper.font(look.isBold === true ? 'Helvetica-Bold' : 'Helvetica');
  paper.fontSize(size);
  demandRoom(paper, Math.min(paper.heightOfString(printable(text), { width }), PAGE.height / 2));
  const { y } = paper;
  paper.y = y + textAt(paper, y, text, look) + 3;
}
