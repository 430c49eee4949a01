/** Where a line of a Markdown text stands: in the text itself, in an item of a list, or in code or raw HTML. */
export type LineKind = 'text' | 'item' | 'hidden';

/** Where the lines of a Markdown text stand. */
export interface LineKinds {
  readonly kinds: readonly LineKind[];
  /** The first line of a block that nothing ends, if there is one: all that follows belongs to it. */
  readonly unclosed: number | undefined;
}

/** A fence, or HTML that reaches to an end of its own: a comment, or code (CommonMark 0.31, 4.5 and 4.6). */
interface Block {
  readonly line: number;
  readonly isEnd: (line: string) => boolean;
  /** Where the list item that it stands in begins; the block ends with it. */
  readonly column: number;
}

const LIST_MARKER = /^ *(?:[-+*]|\d{1,9}[.)]) {1,4}(?=\S)/;
const FENCE = /^ {0,3}(?:(`{3,})[^`]*|(~{3,}).*)$/;
const CODE = /^ {0,3}<(?:script|pre|style|textarea)(?:[\s>]|$)/i;
const CODE_END = /<\/(?:script|pre|style|textarea)>/i;

/**
 * Tells code, HTML and lists from the text of a changelog, as nothing in them is a heading of it. A block in an item ends where the item does, so that
 * a forgotten fence there hides nothing below.
 *
 * @param lines Without line ends.
 */
export function kindsOf(lines: readonly string[]): LineKinds {
  const kinds: LineKind[] = [];
  let block: Block | undefined;
  /** Where the content of the items begins that a line may stand in, the outermost first. */
  const columns: number[] = [];
  const column = (): number => columns.at(-1) ?? 0;
  for (const [index, line] of lines.entries()) {
    const isBlank = line.trim() === '';
    const indent = line.length - line.trimStart().length;
    if (block !== undefined && (isBlank || indent >= block.column)) {
      kinds.push('hidden');
      if (block.isEnd(line.slice(block.column))) block = undefined;
      continue;
    }
    while (!isBlank && indent < column()) columns.pop();
    for (let width = markerOf(line, column()); width > 0; width = markerOf(line, column()))
      columns.push(column() + width);
    const isEnd = endOf(line.slice(column()));
    kinds.push(isEnd !== undefined ? 'hidden' : column() > 0 ? 'item' : 'text');
    block = isEnd === undefined || isEnd === ENDED ? undefined : { line: index, isEnd, column: column() };
  }
  return { kinds, unclosed: block?.line };
}

/** Columns that a list marker takes, with the blanks around it. */
const markerOf = (line: string, column: number): number => LIST_MARKER.exec(line.slice(column))?.[0].length ?? 0;

/** What has its end on its first line. */
const ENDED = (): boolean => true;

/** What ends the block that begins with a line; `undefined` when none does. */
function endOf(line: string): Block['isEnd'] | undefined {
  const fence = FENCE.exec(line);
  const [, ticks, tildes] = fence ?? [];
  const mark = ticks ?? tildes;
  if (mark !== undefined) {
    const end = new RegExp(`^ {0,3}${mark[0]}{${mark.length},}\\s*$`);
    return (each) => end.test(each);
  }
  if (/^ {0,3}<!--/.test(line)) {
    return line.includes('-->', line.indexOf('<!--') + 4) ? ENDED : (each) => each.includes('-->');
  }
  if (!CODE.test(line)) return undefined;
  return CODE_END.test(line) ? ENDED : (each) => CODE_END.test(each);
}
