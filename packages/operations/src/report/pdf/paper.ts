import type { Tone } from '../contract.ts';
import { PAPER_INKS } from '../style.ts';
import { printable } from './printable.ts';

/** Points on A4, of which 72 are an inch. */
export const PAGE = { width: 595.28, height: 841.89, margin: 48 } as const;

/** Room between the margins. */
export const WIDTH: number = PAGE.width - 2 * PAGE.margin;

/** Where pages end: below is their number. */
const BOTTOM = PAGE.height - PAGE.margin;

/** The part of pdfkit's document that reports use. */
export interface Paper {
  /** Where the next line goes, from the top. */
  y: number;
  addPage(): unknown;
  switchToPage(index: number): unknown;
  bufferedPageRange(): { readonly start: number; readonly count: number };
  font(name: string): unknown;
  fontSize(size: number): unknown;
  fillColor(color: string): unknown;
  strokeColor(color: string): unknown;
  lineWidth(width: number): unknown;
  moveTo(x: number, y: number): unknown;
  lineTo(x: number, y: number): unknown;
  rect(x: number, y: number, width: number, height: number): unknown;
  circle(x: number, y: number, radius: number): unknown;
  stroke(): unknown;
  fill(): unknown;
  text(text: string, x: number, y: number, options: object): unknown;
  heightOfString(text: string, options: object): number;
  readonly page: { margins: { bottom: number } };
}

/** How a text looks. */
export interface Look {
  /** Points. Default 9. */
  readonly size?: number | undefined;
  /** A colour by what it means. Default: that of text. */
  readonly ink?: Tone | 'text' | undefined;
  readonly isBold?: boolean | undefined;
  /** Points from the left margin. Default 0. */
  readonly left?: number | undefined;
  /** Default: to the right margin. */
  readonly width?: number | undefined;
  readonly align?: 'left' | 'center' | 'right' | undefined;
}

/** The colour of an ink on paper. */
export function colorOf(ink: string): string {
  return PAPER_INKS[ink] ?? '#000000';
}

/** Height that is left on the page. */
export function roomLeft({ y }: Paper): number {
  return BOTTOM - y;
}

/** Begins a page when so much room is not left; what is higher than a page begins one, too. */
export function demandRoom(paper: Paper, height: number): void {
  if (height > roomLeft(paper) && paper.y > PAGE.margin) beginPage(paper);
}

/** Goes on at the top of a new page. */
export function beginPage(paper: Paper): void {
  paper.addPage();
  paper.y = PAGE.margin;
}

/** How high a text would be. */
export function heightOf(
  paper: Paper,
  text: string,
  { size = 9, isBold = false, left = 0, width = WIDTH - left }: Look = {},
): number {
  paper.font(isBold ? 'Helvetica-Bold' : 'Helvetica');
  paper.fontSize(size);
  return paper.heightOfString(printable(text), { width });
}

/** Writes a text at a height, and leaves the place of the next line where it was. */
export function textAt(paper: Paper, y: number, text: string, look: Look = {}): void {
  const { size = 9, ink = 'text', isBold = false, left = 0, width = WIDTH - left, align = 'left' } = look;
  const before = paper.y;
  paper.font(isBold ? 'Helvetica-Bold' : 'Helvetica');
  paper.fontSize(size);
  paper.fillColor(colorOf(ink));
  paper.text(printable(text), PAGE.margin + left, y, { width, align });
  paper.y = before;
}

/** Writes a text below what is there, on the next page when it does not fit. */
export function line(paper: Paper, text: string, look: Look = {}): void {
  const height = heightOf(paper, text, look);
  demandRoom(paper, height);
  textAt(paper, paper.y, text, look);
  paper.y += height + 3;
}
