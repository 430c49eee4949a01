import type { Tone } from './contract.ts';
import type { Drawing } from './drawing.ts';

/** A cell: a text, or one that is meant in some way. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

/** A table. The first column names what a row is about. */
export interface TableBlock {
  readonly kind: 'table';
  /** For those who hear it. */
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Columns with figures, which stand at the right. */
  readonly figures: readonly number[];
  /** Shares of the width of paper, which add up to 1. */
  readonly shares: readonly number[];
}

/** A part of a page, whether of HTML or paper: both have the same ones. */
export type Block =
  | { readonly kind: 'heading'; readonly text: string }
  | { readonly kind: 'sentence'; readonly text: string; readonly tone?: Tone | undefined }
  | { readonly kind: 'problem'; readonly text: string; readonly todo: string; readonly tone: 'bad' | 'warn' }
  | { readonly kind: 'charts'; readonly charts: readonly Drawing[] }
  | TableBlock;

/** A heading with what follows it; nothing without. */
export function section(text: string, blocks: readonly Block[]): readonly Block[] {
  return blocks.length === 0 ? [] : [{ kind: 'heading', text }, ...blocks];
}
