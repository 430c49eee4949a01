import type { FlagContext, FlagDefinitions, Flags } from '@x/feature-flags';
import { existsSync } from 'node:fs';
import { now } from '../clock.ts';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { readInputText } from './files.ts';

/** Names that are looked for where no file is named. */
const NAMES = ['flags.yaml', 'flags.yml', 'flags.json'];

export const FLAGS_OPTION: OptionDefinition = {
  flags: '--flags <file>',
  description: `the file with the flags (default: that of the configuration, or ${NAMES.join(', ')} here)`,
};

/** Loads the package. */
export const featureFlags = (context: Context): Promise<typeof import('@x/feature-flags')> =>
  context.timed('load flags', () => import('@x/feature-flags'));

/** The file with the flags. @throws {CliError} `USAGE` if none is named and none is here. */
export async function flagsFile(context: Context): Promise<string> {
  const { settings } = await context.effective();
  const configured = settings['flags.file'];
  if (configured !== undefined) return configured;
  const found = NAMES.map((name) => resolvePath(name, context.workingDirectory)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw usageError(
    'Expected a file with flags, got none',
    'Name it with --flags, or "flags": {"file": …} in holdfast.config.json.',
  );
}

/** Reads and checks a file of flags. @throws {FlagError} `INVALID_FLAGS`, `FLAGS_TOO_LARGE`; {CliError} `UNREADABLE`. */
export async function readDefinitions(context: Context, path: string): Promise<FlagDefinitions> {
  const text = await readInputText(path, 'flags', 'Check the path.');
  const { flagsFormatOf, parseFlags } = await featureFlags(context);
  return parseFlags(text, { format: flagsFormatOf(path) });
}

/** The configured flags, ready to be asked. */
export async function openFlags(context: Context): Promise<Flags> {
  const definition = await readDefinitions(context, await flagsFile(context));
  const { createFlags } = await featureFlags(context);
  return createFlags({ definition, clock: now });
}

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
