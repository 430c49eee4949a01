import type { Inspection } from '../contract.ts';
import { quoted } from '../quoted.ts';
import { decode } from './text.ts';

/** Lines of `name=value`, and words that stand alone. */
export type Fields = ReadonlyMap<string, string>;

/**
 * The lines of a header or a tree.
 *
 * @throws {StructureError} `INVALID_TEXT`
 */
export function readFields(
  bytes: Uint8Array,
  place: { readonly offset: number; readonly inspection: Inspection },
): Fields {
  const fields = new Map<string, string>();
  for (const line of decode(bytes, place.offset).split('\n')) {
    if (line === '') continue;
    place.inspection.step(1, place.offset);
    const end = line.indexOf('=');
    const name = end === -1 ? line : line.slice(0, end);
    if (fields.has(name)) {
      place.inspection.find('MALFORMED', `Expected each line once, got ${quoted(name)} again`, place.offset);
    }
    fields.set(name, end === -1 ? '' : line.slice(end + 1));
  }
  return fields;
}

/** The numbers of a line, none where there is no such line. What is no number is `NaN`. */
export function numbers(fields: Fields, name: string): readonly number[] {
  const text = fields.get(name)?.trim() ?? '';
  return text === '' ? [] : text.split(/ +/).map(Number);
}
