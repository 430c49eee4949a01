import { type BumpLevel, type ChangeTypes, isLevel, levelIfKnown, plainName } from '../version/change-types.ts';
import type { IntentRelease } from './intent.ts';

/** What to write of a release. */
export type WrittenRelease = Pick<IntentRelease, 'package' | 'level' | 'type' | 'section'>;

/**
 * The text of an intent file. What changesets knows is written as changesets writes it.
 *
 * @param types What types of one's own raise: where a level is not that of its type, both are written.
 */
export function formatIntent(
  { releases, summary }: { readonly releases: readonly WrittenRelease[]; readonly summary: string },
  types?: ChangeTypes,
): string {
  const [first] = releases;
  const isOnly = releases.length === 1 && first?.package === undefined && first?.section === undefined;
  const lines = releases.map((release) => {
    const value = valueOf(release, types);
    // A level or type alone, unless it needs a mapping, which would name packages.
    return isOnly && !value.startsWith('{') ? value : `${JSON.stringify(release.package ?? '.')}: ${value}`;
  });
  return `${['---', ...lines, '---', '', summary.trim()].join('\n').trimEnd()}\n`;
}

function valueOf({ level, type, section }: WrittenRelease, types: ChangeTypes | undefined): string {
  if (section === undefined) {
    if (type === undefined) return level;
    const short = shortOf(type, level, types);
    if (short !== undefined) return short;
  }
  const fields = [
    ...(type === undefined ? [] : [`type: ${worded(type)}`]),
    `level: ${level}`,
    ...(section === undefined ? [] : [`section: ${worded(section)}`]),
  ];
  return `{ ${fields.join(', ')} }`;
}

/** A type that says its level. */
function shortOf(type: string, level: BumpLevel, types: ChangeTypes | undefined): string | undefined {
  if (isLevel(plainName(type)) || type.endsWith('!')) return undefined;
  if (levelIfKnown(type, types) === level) return worded(type);
  return level === 'major' ? worded(`${type}!`) : undefined;
}

/** JSON's texts are YAML's, too. */
const worded = (text: string): string => (/^[\p{L}\p{N}][\p{L}\p{N}_-]*!?$/u.test(text) ? text : JSON.stringify(text));
