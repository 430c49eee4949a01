import { visits } from '../definition/json-position.ts';
import { endOfValue } from '../definition/json-tokens.ts';
import type { FlagDefinitions } from '../definition/model.ts';
import { pointerOf } from '../definition/path.ts';
import { type KeptParts, StandIns } from './kept-parts.ts';

/** The JSON text that says what is wanted, indented like another one, from which parts are taken as they stand there. */
export function writeJson(wanted: FlagDefinitions, like: string, kept: KeptParts): string {
  const [, indent = '  '] = /^\uFEFF?[[{]\r?\n([ \t]+)\S/.exec(like) ?? [];
  if (kept.size === 0) return `${JSON.stringify(wanted, undefined, indent)}\n`;
  const raw = rawParts(like.replace(/^\uFEFF/, ''), kept);
  const edited = withParts(wanted, kept, () => null);
  const standIns = new StandIns([JSON.stringify(edited)]);
  const between = `,\n${indent.repeat(2)}`;
  const stood = withParts(wanted, kept, (name, pointer) => {
    // A name that stands twice goes on doing so.
    const [first = 'null', ...again] = raw.get(pointer) ?? [];
    return standIns.for([first, ...again.map((text) => `${JSON.stringify(name)}: ${text}`)].join(between));
  });
  return `${standIns.resolve(JSON.stringify(stood, undefined, indent), ['"', '"'])}\n`;
}

/** The texts of values, as often as their names stand there. */
function rawParts(text: string, kept: KeptParts): ReadonlyMap<string, readonly string[]> {
  const raw = new Map<string, string[]>();
  for (const { offset, levels, isName } of visits(text)) {
    if (isName || levels.length !== 2) continue;
    const pointer = pointerOf(levels.map(({ name }) => name));
    if (!kept.has(pointer)) continue;
    const texts = raw.get(pointer) ?? [];
    texts.push(text.slice(offset, endOfValue(text, offset)));
    raw.set(pointer, texts);
  }
  return raw;
}

/** The definitions with something else in the place of kept parts. */
function withParts(
  definitions: FlagDefinitions,
  kept: KeptParts,
  standIn: (name: string, pointer: string) => unknown,
): unknown {
  const inPart = (part: string, value: unknown): unknown => {
    if (!['flags', 'segments', '$evaluators'].includes(part)) return value;
    const entries = Object.entries(value as Readonly<Record<string, unknown>>).map(([name, each]) => {
      const pointer = pointerOf([part, name]);
      return [name, kept.has(pointer) ? standIn(name, pointer) : each] as const;
    });
    return Object.fromEntries(entries);
  };
  return Object.fromEntries(Object.entries(definitions).map(([part, value]) => [part, inPart(part, value)]));
}
