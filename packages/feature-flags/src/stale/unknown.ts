import { nearestName } from './nearest.ts';
import type { FlagReference } from './reference.ts';
import type { UnknownReference } from './report.ts';

/** Names that code asks for and that are none of these. */
export function unknownReferences(
  references: readonly FlagReference[],
  keys: readonly string[],
): readonly UnknownReference[] {
  const known = new Set(keys);
  const unknown = new Map<string, FlagReference[]>();
  for (const reference of references) {
    if (known.has(reference.key)) continue;
    const places = unknown.get(reference.key);
    if (places === undefined) unknown.set(reference.key, [reference]);
    else places.push(reference);
  }
  return [...unknown].map(([key, places]) => {
    const nearest = nearestName(key, keys);
    const [first] = places;
    const asking = places.length > 1 ? ` and ${places.length - 1} more ask` : ' asks';
    const meant = nearest === undefined ? '' : `; perhaps ${nearest} is meant`;
    const sentence = `${key} is no flag, but ${first?.file}:${first?.line}${asking} for it${meant}.`;
    return { key, nearest, references: places, sentence };
  });
}
