import type { Inspection } from '../contract.ts';

/**
 * What reaches out of a Jinja template into the Python that fills it: attributes with underscores (`__class__`, `_module`), names built from
 * parts, the filter that reads attributes, and the objects of Jinja that carry Python's globals. Templates of chats need none of them.
 */
const escapes: readonly RegExp[] = [
  /__\w*/,
  /\.\s*_\w*/,
  /\[\s*(["'])_/,
  /\\x5f|\\u005f|\\137|%c[^}]*(?:\bformat\b|%)/i,
  /\|\s*attr\b/,
  /\b(?:lipsum|cycler|joiner|self|config|request|url_for|get_flashed_messages)\s*[.[|(]/,
  /\{%-?\s*(?:import|include|extends|from)\b/,
];

/** Reports what a chat template would do beyond writing text. Only what stands between the signs of Jinja is looked at. */
export function inspectTemplate(
  text: string,
  place: { readonly inspection: Inspection; readonly offset: number },
): void {
  for (const { 0: code, index } of text.matchAll(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g)) {
    place.inspection.step(1, place.offset);
    const found = escapes.map((escape) => escape.exec(code)?.[0]).find((match) => match !== undefined);
    if (found === undefined) continue;
    const at = place.offset + Buffer.byteLength(text.slice(0, index));
    const message = `Expected a chat template that only writes text, got ${JSON.stringify(found)}, which reaches into the program that fills it`;
    place.inspection.find('TEMPLATE_ESCAPE', message, at);
  }
}
