import { checkDefinitions } from '../definition/check-definitions.ts';
import { invalidFlags } from '../definition/invalid-flags.ts';
import type { FlagDefinitions, FlagdFlag, ShortFlag } from '../definition/model.ts';
import { pathOf } from '../definition/path.ts';
import { isObject } from '../definition/report.ts';
import { FlagError, shown } from '../errors.ts';
import type { Found } from './draft.ts';
import { flagdFlags } from './flagd.ts';
import { growthbookFlags } from './growthbook.ts';
import { launchdarklyFlags } from './launchdarkly.ts';
import { legacyFlags } from './legacy.ts';
import { type Fields, Inexpressible } from './rules.ts';
import { unleashFlags } from './unleash.ts';

/** Options of {@link importFlags}. */
export interface ImportOptions {
  /**
   * Where the flags come from: `unleash`, the document of its client API or a backup of it; `growthbook`, the features JSON of its SDKs;
   * `launchdarkly`, the data of its server SDKs or their files; `flagd`, its flag definitions; `legacy`, flags of older systems that say
   * `enabled`, `description`, `rollout_percentage` and `target_tenants`, by name or in a list with a `name` each.
   */
  readonly from: 'unleash' | 'growthbook' | 'launchdarkly' | 'flagd' | 'legacy';
  /** Other names for fields of the context: `{ userId: 'user' }`. Default: the names that they have there. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/** What one should know about a flag that was imported. */
export interface ImportNote {
  readonly flag: string;
  readonly message: string;
  /** Whether it says something that can’t be said here: it was imported disabled, as a flag that is wrong would be worse. */
  readonly isDisabled: boolean;
}

/** Flags of another system, and what to know about them. */
export interface ImportedFlags {
  readonly definitions: FlagDefinitions;
  readonly notes: readonly ImportNote[];
}

const IMPORTERS: Readonly<
  Record<ImportOptions['from'], (document: Fields, names: Readonly<Record<string, string>>) => Found>
> = {
  unleash: unleashFlags,
  growthbook: growthbookFlags,
  launchdarkly: launchdarklyFlags,
  flagd: flagdFlags,
  legacy: legacyFlags,
};

/**
 * Takes over flags of another system. Everybody keeps what they have got: buckets are made as they are there. What can’t be said here -
 * regular expressions, networks, strategies and operators of one’s own - is noted, and the flag is imported disabled, so that the fallback
 * in the code applies. Only of older systems the buckets are not known: who is in a percentage of theirs is chosen anew.
 *
 * The context needs the fields that it has there. For LaunchDarkly, those of the kind `user` stand at the top, those of another kind
 * under its name: `{ key: 'u1', org: { key: 'o1' } }`. Fields may be called otherwise with `fields`.
 *
 * @param source JSON, as a text or parsed.
 * @throws {FlagError} `INVALID_FLAGS` for what is no document of that system.
 * @example
 * ```ts
 * import { createFlags } from '@x/feature-flags';
 * import { importFlags } from '@x/feature-flags/import';
 *
 * const { definitions, notes } = importFlags(
 *   { features: { new_ui: { defaultValue: false, rules: [{ force: true, coverage: 0.5, hashAttribute: 'user' }] } } },
 *   { from: 'growthbook' },
 * );
 * for (const { flag, message } of notes) console.warn(`${flag}: ${message}`);
 * console.log(createFlags({ definition: definitions }).isEnabled('new_ui', { user: 'u1' }));
 * ```
 */
export function importFlags(source: unknown, { from, fields = {} }: ImportOptions): ImportedFlags {
  const given = typeof source === 'string' ? parsed(source) : source;
  const document = from === 'legacy' && Array.isArray(given) ? { flags: given } : given;
  if (!isObject(document))
    throw new FlagError('INVALID_FLAGS', `Expected an object with flags, got ${shown(document)}`, { hint: AS_IT_IS });
  const { drafts, rest } = IMPORTERS[from](document, fields);
  const notes: ImportNote[] = [];
  const flags: [string, FlagdFlag | ShortFlag][] = [];
  for (const { key, make } of drafts) {
    try {
      const said = new Set<string>();
      flags.push([key, make((message) => said.add(message))]);
      notes.push(...[...said].map((message) => ({ flag: key, message, isDisabled: false })));
    } catch (error) {
      if (!(error instanceof Inexpressible)) throw error;
      flags.push([key, DISABLED]);
      notes.push({ flag: key, message: error.message, isDisabled: true });
    }
  }
  return sound({ ...rest, flags: Object.fromEntries(flags) }, notes);
}

const DISABLED: FlagdFlag = { state: 'DISABLED', variants: { off: false } };

/** Flags that pass the check: those that don’t are disabled, too, and names that can’t be are left out. */
function sound(definitions: FlagDefinitions, notes: ImportNote[]): ImportedFlags {
  let current = definitions;
  for (;;) {
    const problems = checkDefinitions(current);
    if (problems.length === 0) return { definitions: current, notes };
    const flags = new Map(Object.entries(current.flags));
    const wrong = new Map<string, string>();
    for (const { path, message } of problems) {
      const [part, key = ''] = pathOf(path);
      // Of several problems of a flag the first one is enough.
      if (part === 'flags' && flags.has(key) && !wrong.has(key)) wrong.set(key, message);
    }
    // What is wrong elsewhere can’t be taken over at all.
    if (wrong.size === 0) throw invalidFlags(problems);
    for (const [key, message] of wrong) {
      // If it still is wrong when it says no more, it is its name.
      if (flags.get(key) === DISABLED) flags.delete(key);
      else flags.set(key, DISABLED);
      notes.push({ flag: key, message, isDisabled: true });
    }
    current = { ...current, flags: Object.fromEntries(flags) };
  }
}

const AS_IT_IS = 'Pass the document as its API or its SDK has it.';

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new FlagError('INVALID_FLAGS', 'Expected JSON, got something else', {
      cause,
      hint: AS_IT_IS,
    });
  }
}
