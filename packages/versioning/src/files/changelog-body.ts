import { headingsOf } from './headings.ts';
import { kindsOf } from './line-kinds.ts';
import { bare, trimLines } from './text-lines.ts';

/** What stands below the heading of a version. Lines have their line ends. */
export interface ChangelogBody {
  /** Above the first section. */
  readonly lead: readonly string[];
  readonly sections: readonly BodySection[];
}

/** A section of a version. */
export interface BodySection {
  /** The lines of its heading. */
  readonly heading: readonly string[];
  readonly title: string;
  readonly lines: readonly string[];
}

/**
 * Takes the lines of a version apart.
 *
 * @param level Headings of this level and above begin sections; those below belong to one.
 */
export function readBody(lines: readonly string[], level: number): ChangelogBody {
  const plain = lines.map(bare);
  const headings = headingsOf(plain, kindsOf(plain)).filter((heading) => heading.level <= level);
  const sections = headings.map(({ line, lines: count, text }, index): BodySection => ({
    heading: lines.slice(line, line + count),
    title: text,
    lines: lines.slice(line + count, headings[index + 1]?.line),
  }));
  return withoutEmpty({ lead: trimLines(lines.slice(0, headings[0]?.line)), sections });
}

/** Sections with the same title become one, and empty ones none. */
function withoutEmpty({ lead, sections }: ChangelogBody): ChangelogBody {
  const byTitle = new Map<string, BodySection>();
  for (const section of sections) {
    const key = keyOf(section.title);
    const before = byTitle.get(key);
    byTitle.set(key, before === undefined ? section : { ...before, lines: joinItems(before.lines, section.lines) });
  }
  return { lead, sections: [...byTitle.values()].filter((section) => trimLines(section.lines).length > 0) };
}

/** Titles that say the same: "### ✨ Added" and "### added". */
const keyOf = (title: string): string =>
  title
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim() || title;

export const isEmptyBody = ({ lead, sections }: ChangelogBody): boolean => lead.length === 0 && sections.length === 0;

/**
 * Puts what was generated to what people wrote: below it, under the same title where there is one. What stands there already, word for word, is not
 * written twice.
 */
export function mergeBodies(written: ChangelogBody, generated: ChangelogBody): ChangelogBody {
  const sections = [...written.sections];
  const indexOf = (title: string): number => sections.findIndex((section) => keyOf(section.title) === keyOf(title));
  for (const [index, section] of generated.sections.entries()) {
    const place = indexOf(section.title);
    const there = sections[place];
    if (there !== undefined) {
      sections[place] = { ...there, lines: addItems(there.lines, section.lines) };
      continue;
    }
    // Beside those that it is generated with, as far as they are there: after all before it, or else before all after it.
    const placesOf = (others: readonly BodySection[]): number[] =>
      others.map(({ title }) => indexOf(title)).filter((each) => each >= 0);
    const next = placesOf(generated.sections.slice(index + 1));
    const after = Math.max(-1, ...placesOf(generated.sections.slice(0, index))) + 1;
    sections.splice(after > 0 ? after : Math.min(sections.length, ...next), 0, section);
  }
  return { lead: addItems(written.lead, generated.lead), sections };
}

/** Adds those items that are not there. */
function addItems(lines: readonly string[], more: readonly string[]): readonly string[] {
  const isThere = finder(lines);
  const missing = itemsOf(more).filter((item) => !isThere(item));
  return missing.reduce<readonly string[]>(joinItems, lines);
}

/** Tells whether lines stand among others, one below the other. */
function finder(lines: readonly string[]): (part: readonly string[]) => boolean {
  const textOf = (of: readonly string[]): string => `\n${of.map((line) => line.trimEnd()).join('\n')}\n`;
  const text = textOf(lines);
  return (part) => text.includes(textOf(trimLines(part)));
}

/** Whether all that was generated stands in the lines of a version, under whatever headings people gave it. */
export function hasBody(lines: readonly string[], { lead, sections }: ChangelogBody): boolean {
  const plain = lines.map(bare);
  const titles = new Set(headingsOf(plain, kindsOf(plain)).map(({ text }) => keyOf(text)));
  const isThere = finder(lines);
  const items = [lead, ...sections.map((section) => section.lines)].flatMap(itemsOf);
  return items.every(isThere) && sections.every(({ title }) => titles.has(keyOf(title)));
}

const BULLET = /^[-+*] /;

/** Points of a list and paragraphs, each with what belongs to it. */
function itemsOf(lines: readonly string[]): string[][] {
  const items: string[][] = [];
  const { kinds } = kindsOf(lines.map(bare));
  let isAfterBlank = true;
  for (const [index, line] of lines.entries()) {
    const isBlank = line.trim() === '';
    const isNew = BULLET.test(line) || (isAfterBlank && !isBlank && !/^\s/.test(line));
    const isOpen = kinds[index] === 'hidden' && kinds[index - 1] === 'hidden';
    if (items.length === 0 || (isNew && !isOpen)) items.push([line]);
    else items.at(-1)?.push(line);
    isAfterBlank = isBlank;
  }
  return items.filter((item) => trimLines(item).length > 0);
}

/** One below the other: points next to each other, all else with a blank line between. */
function joinItems(above: readonly string[], below: readonly string[]): readonly string[] {
  const kept = above.slice(0, above.length - trailingBlanks(above));
  const added = trimLines(below);
  if (kept.length === 0) return below;
  const last = itemsOf(kept).at(-1)?.[0] ?? '';
  return BULLET.test(last) && BULLET.test(added[0] ?? '') ? [...kept, ...added] : [...kept, '\n', ...added];
}

const trailingBlanks = (lines: readonly string[]): number =>
  lines.length - 1 - lines.findLastIndex((line) => line.trim() !== '');

/** The lines of a body, with one blank line between its parts. */
export function formatBody({ lead, sections }: ChangelogBody, lineEnd: string): string[] {
  const ended = (lines: readonly string[]): string[] =>
    lines.map((line) => (line === '\n' || !line.endsWith('\n') ? `${bare(line)}${lineEnd}` : line));
  const parts = [lead, ...sections.map(({ heading, lines }) => [...heading, ...lines])].map(trimLines);
  return parts.filter((part) => part.length > 0).flatMap((part, index) => ended(index === 0 ? part : ['\n', ...part]));
}
