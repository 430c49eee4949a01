import { demandSound } from '../definition/demand-sound.ts';
import { type FlagDefinitions, isFlagdFlag, type Json } from '../definition/model.ts';

/** What generated types begin with: they name all flags, and use none. */
export const GENERATED = '/** The values of flags by their names. Generated:';

/**
 * The TypeScript type of all flags, for `createFlags<FlagValues>`: a misspelt name, or a value of another type, does not compile any more.
 *
 * @returns A module with the one export `FlagValues`.
 * @throws {FlagError} `INVALID_FLAGS` for flags with mistakes: of those the type is not known, and code without it would not compile.
 * @example
 * ```ts
 * import { generateTypes } from '@x/feature-flags';
 *
 * console.log(generateTypes({ flags: { new_ui: {} } })); // … readonly "new_ui": boolean; …
 * ```
 */
export function generateTypes(definitions: FlagDefinitions): string {
  demandSound(definitions);
  const fields = Object.entries(definitions.flags).map(([key, flag]) => {
    const variants = flag.variants ?? { on: true, off: false };
    const description = isFlagdFlag(flag) ? flag.metadata?.['description'] : flag.description;
    const comment =
      typeof description === 'string'
        ? `  /** ${description.replaceAll('*/', '*\\/').replaceAll(/\s+/g, ' ')} */\n`
        : '';
    return `${comment}  readonly ${JSON.stringify(key)}: ${unionOf(Object.values(variants), 1)};`;
  });
  return `${GENERATED} edit the flags, not this file. */\nexport type FlagValues = {\n${fields.join('\n')}\n};\n`;
}

function unionOf(values: readonly Json[], depth: number): string {
  return [...new Set(values.map((value) => typeOf(value, depth)))].join(' | ');
}

/** Texts are themselves, as they choose between a few things; of numbers there may be any. */
function typeOf(value: Json, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    return items.length === 0 ? 'readonly []' : `readonly (${unionOf(items, depth)})[]`;
  }
  const indent = '  '.repeat(depth);
  const fields = Object.entries(value).map(
    ([name, each]) => `${indent}  readonly ${JSON.stringify(name)}: ${typeOf(each, depth + 1)};`,
  );
  return fields.length === 0 ? 'Readonly<Record<string, never>>' : `{\n${fields.join('\n')}\n${indent}}`;
}
