import type { EditableFlags, FlagContext, FlagDefinitions, Flags } from '@x/feature-flags';
import { existsSync } from 'node:fs';
import { now } from '../clock.ts';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';
import { readNamed } from './named-input.ts';

/** Names that are looked for where no file is named. */
const NAMES = ['flags.yaml', 'flags.yml', 'flags.json'];

const FILE_OPTION: OptionDefinition = {
  flags: '--flags <file>',
  description: `the file with the flags (default: that of the configuration, or ${NAMES.join(', ')} here)`,
};

/** Where the flags are. */
export const FLAGS_OPTIONS: readonly OptionDefinition[] = [
  FILE_OPTION,
  { flags: '--flags-store <url>', description: 'a store with the flags and their history, instead of a file' },
];

/** Loads the package. */
export const featureFlags = (context: Context): Promise<typeof import('@x/feature-flags')> =>
  context.timed('load flags', () => import('@x/feature-flags'));

/** Loads what takes over flags of other systems. */
export const flagImports = (context: Context): Promise<typeof import('@x/feature-flags/import')> =>
  context.timed('load imports', () => import('@x/feature-flags/import'));

/** Where the flags are: a file, or a store. */
export interface FlagsPlace {
  readonly kind: 'file' | 'store';
  /** Its path or URL. */
  readonly name: string;
}

/** Finds the flags. @throws {CliError} `USAGE` if none are named and none are here, or both are asked for. */
export async function flagsPlace(context: Context): Promise<FlagsPlace> {
  const { settings, origins } = await context.effective();
  const { 'flags.file': file, 'flags.store': store } = settings;
  const isAsked = (name: 'flags.file' | 'flags.store'): boolean => origins[name].kind === 'flag';
  if (file !== undefined && store !== undefined && isAsked('flags.file') === isAsked('flags.store')) {
    throw usageError(
      'Expected either a file or a store of flags, got both',
      'Name one of them: --flags or --flags-store, "flags": {"file": …} or {"store": …}.',
    );
  }
  if (store !== undefined && !isAsked('flags.file')) return { kind: 'store', name: store };
  if (file !== undefined) return { kind: 'file', name: file };
  const found = NAMES.map((name) => resolvePath(name, context.workingDirectory)).find((path) => existsSync(path));
  if (found !== undefined) return { kind: 'file', name: found };
  throw usageError(
    'Expected a file with flags, got none',
    'Name it with --flags, or "flags": {"file": …} in holdfast.config.json.',
  );
}

/** Whether one mistake refuses all flags, for what needs every flag: what is made of them, or says that some may go. */
export interface ReadOptions {
  readonly strict: boolean;
}

/** Reads and checks a file of flags. @throws {FlagError} `INVALID_FLAGS`, `FLAGS_TOO_LARGE`; {CliError} `UNREADABLE`. */
export async function readDefinitions(
  context: Context,
  path: string,
  { strict }: ReadOptions,
): Promise<FlagDefinitions> {
  const text = await readNamed(context, path, 'flags');
  const { flagsFormatOf, parseFlags } = await featureFlags(context);
  return parseFlags(text, { format: flagsFormatOf(path), strict });
}

/** Opens what can be changed. @throws {CliError} `USAGE` for standard input. */
export async function editableFlags(context: Context, { kind, name }: FlagsPlace): Promise<EditableFlags> {
  if (name === '-') throw usageError('Expected flags that can be changed, got standard input', 'Name a file.');
  const { storedFlags, trackedFile } = await context.timed('load stores', () => import('@x/feature-flags/stored'));
  if (kind === 'file') return trackedFile(name, { clock: now });
  const { openStore } = await import('@x/storage');
  return storedFlags(await openStore(name), { clock: now });
}

/** The flags as they are now, and where. @throws {FlagError} `INVALID_FLAGS` and others; {CliError} `UNREADABLE`. */
export async function currentFlags(
  context: Context,
  options: ReadOptions,
): Promise<{ readonly place: FlagsPlace; readonly definitions: FlagDefinitions }> {
  const place = await flagsPlace(context);
  if (place.kind === 'file') return { place, definitions: await readDefinitions(context, place.name, options) };
  const found = await (await editableFlags(context, place)).load(undefined);
  const definitions = found?.definitions ?? { flags: {} };
  if (options.strict) await readyFlags(context, definitions, options);
  return { place, definitions };
}

/** Definitions, ready to be asked. @throws {FlagError} `INVALID_FLAGS`. */
export async function readyFlags(
  context: Context,
  definition: FlagDefinitions,
  { strict }: ReadOptions,
): Promise<Flags> {
  const { createFlags } = await featureFlags(context);
  return createFlags({ definition, clock: now, strict });
}

/** The flags, ready to be asked; those that are refused, too, which is said. */
export async function openFlags(context: Context): Promise<Flags> {
  const { place, definitions } = await currentFlags(context, { strict: false });
  const flags = await readyFlags(context, definitions, { strict: false });
  const refused = flags.list().filter(({ isRefused }) => isRefused);
  if (flags.findings.length > 0) {
    const some = refused.slice(0, MOST_NAMED).map(({ key }) => displayText(key));
    const more = refused.length > MOST_NAMED ? ` and ${refused.length - MOST_NAMED} more` : '';
    const what = refused.length === 0 ? 'no flag is refused' : `refused: ${some.join(', ')}${more}`;
    context.messages.warn(`${displayText(place.name)} has mistakes, ${what}; \`holdfast flags lint\` names them.`);
  }
  return flags;
}

/** As many refused flags as a warning names. */
const MOST_NAMED = 5;

/** Fields as they are typed: `tenant=acme`, and numbers, true and false as such. */
export const CONTEXT_OPTION: OptionDefinition = {
  flags: '--context <field=value>',
  description: 'for whom, as tenant=acme; numbers, true, false and JSON count as such; may be repeated',
  repeatable: true,
};

/** @throws {CliError} `USAGE`. */
export function contextOf(fields: readonly string[] = []): FlagContext {
  return Object.fromEntries(
    fields.map((field): [string, unknown] => {
      const at = field.indexOf('=');
      if (at < 1) throw usageError(`Expected a field and its value, got ${JSON.stringify(field)}`, 'As tenant=acme.');
      const [name, text] = [field.slice(0, at), field.slice(at + 1)];
      return [name, NAMES_OF_UNITS.has(name) ? text : valueOf(text)];
    }),
  );
}

/** Who is asked for is a text, also where it looks like a number. */
const NAMES_OF_UNITS: ReadonlySet<string> = new Set(['tenant', 'user', 'session', 'targetingKey']);

function valueOf(text: string): unknown {
  // A number only if it comes back as it was typed: not 1.10, nor one with twenty digits.
  if (/^-?\d/.test(text)) return String(Number(text)) === text ? Number(text) : text;
  if (!/^(?:true|false|null|[[{"])/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
