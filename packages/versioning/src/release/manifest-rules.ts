import type { ReleaseManifest } from './model.ts';
import type { Flaw } from './schema-flaw.ts';

/** Deepest nesting of objects and arrays in a manifest. */
export const MOST_LEVELS: number = 64;

/** What members say of each other, which no schema can: the first that is not so. */
export function contradictionIn({
  id,
  component,
  version,
  artifact,
  sbom,
  migrations,
}: ReleaseManifest): Flaw | undefined {
  const wanted = component === undefined ? version : `${component}@${version}`;
  if (id !== wanted) return { path: 'id', expected: wanted, value: id };
  if (artifact !== undefined && artifact.name === sbom?.name) {
    return { path: 'sbom.name', expected: 'another one than that of the artefact', value: artifact.name };
  }
  const forward = new Set(migrations.forward.map((each) => each.id));
  for (const direction of ['forward', 'backward'] as const) {
    const seen = new Set<string>();
    for (const { id: own } of migrations[direction]) {
      const path = `migrations.${direction}`;
      if (seen.has(own)) return { path, expected: 'a list that has each migration once', value: own };
      if (!forward.has(own)) return { path, expected: 'a list of what undoes those of forward', value: own };
      seen.add(own);
    }
  }
  return undefined;
}

/** Whether a value is nested deeper than a manifest may be. One that holds itself is. */
export function isTooDeep(value: unknown, levels: number = MOST_LEVELS): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isTooDeep(each, levels - 1));
}

/** Whether text that may be JSON is nested deeper than that: found without parsing, which follows any depth. */
export function isTextTooDeep(text: string): boolean {
  let levels = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') at = endOfString(text, at);
    else if (sign === '{' || sign === '[') levels++;
    else if (sign === '}' || sign === ']') levels--;
    if (levels > MOST_LEVELS) return true;
  }
  return false;
}

/** The place of the quote that ends the string begun at `start`; the end of a text where none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text[first - 1] === '\\') first--;
    // Backslashes in pairs stand for themselves.
    if ((end - first) % 2 === 0) return end;
  }
  return text.length;
}
