import type { ChangeNote, FlagEdits, FlagVersion } from '@x/feature-flags';
import { hostname } from 'node:os';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import type { ShapeOf } from '../output/shapes.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { changesText } from '../render/flag-changes.ts';
import { displayText } from '../render/text.ts';
import { editableFlags, FLAGS_OPTIONS, flagsPlace, type FlagsPlace } from './flags.ts';
import { userName } from './user.ts';

/** Of every command that changes flags. */
export interface EditFlags {
  readonly why?: string | undefined;
  readonly by?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

export const EDIT_OPTIONS: readonly OptionDefinition[] = [
  { flags: '--why <text>', description: 'why it is changed, for the history', required: true },
  { flags: '--by <name>', description: 'who changes it (default: the user and the machine)' },
  { flags: '--dry-run', description: 'show what would change' },
  ...FLAGS_OPTIONS,
];

const noteOf = ({ why = '', by = `${userName()}@${hostname()}` }: EditFlags): ChangeNote => ({ why, by });

/** A version as `--json` has it. */
export function versionOutput({
  atMs,
  rollbackTo,
  changes,
  sharedChanges,
  ...rest
}: FlagVersion): ShapeOf<'FlagVersion'> {
  return {
    ...rest,
    at: new Date(atMs).toISOString(),
    ...(rollbackTo === undefined ? {} : { rollbackTo }),
    changes: [...changes],
    sharedChanges: [...sharedChanges],
  };
}

interface Shown {
  readonly place: FlagsPlace;
  readonly dryRun: boolean;
  readonly notes?: readonly { readonly flag: string; readonly message: string }[] | undefined;
}

async function show(
  context: Context,
  made: FlagVersion | undefined,
  { place, dryRun, notes }: Shown,
): Promise<ExitCode> {
  const { version, changes = [], sharedChanges = [] } = made ?? {};
  if (context.json) {
    await emitObject(context.output, 'FlagsChange', {
      place: place.name,
      dryRun,
      ...(version === undefined || dryRun ? {} : { version }),
      changes: [...changes],
      sharedChanges: [...sharedChanges],
      ...(notes === undefined ? {} : { notes: [...notes] }),
    });
    return EXIT.ok;
  }
  for (const { flag, message } of notes ?? []) context.messages.warn(`${displayText(flag)}: ${displayText(message)}`);
  const lines = changesText({ changes, sharedChanges });
  for (const line of lines) await context.output.line(line);
  if (lines.length === 0) context.messages.note('Nothing changes: it is so already.');
  else if (dryRun) context.messages.note('Nothing was changed.');
  else await context.output.line(`version ${version} of ${displayText(place.name)}`);
  return EXIT.ok;
}

/**
 * Changes flags, or shows what would change.
 *
 * @throws {FlagError} what `change` throws; {CliError} `USAGE`.
 */
export async function editFlags(
  context: Context,
  { edits, options, notes }: { readonly edits: FlagEdits; readonly options: EditFlags } & Pick<Shown, 'notes'>,
): Promise<ExitCode> {
  const place = await flagsPlace(context);
  const store = await editableFlags(context, place);
  const { dryRun = false } = options;
  const made = await store.change(edits, noteOf(options), { dryRun, signal: context.signal });
  return show(context, made, { place, dryRun, notes });
}

/** Brings back a version, or shows what that would change. @throws {FlagError} what `rollback` throws. */
export async function rollBackFlags(
  context: Context,
  {
    version,
    keys,
    options,
  }: { readonly version: number; readonly keys: readonly string[]; readonly options: EditFlags },
): Promise<ExitCode> {
  const place = await flagsPlace(context);
  const store = await editableFlags(context, place);
  const { dryRun = false } = options;
  const call = { keys: keys.length === 0 ? undefined : keys, dryRun, signal: context.signal };
  return show(context, await store.rollback(version, noteOf(options), call), { place, dryRun });
}

/** @throws {CliError} `USAGE`. */
export function percentageOf(text: string): number {
  const value = /^\d+(?:\.\d{1,4})?%?$/.test(text) ? Number(text.replace('%', '')) : Number.NaN;
  if (value >= 0 && value <= 100) return value;
  throw usageError(
    `Expected a percentage, got ${JSON.stringify(text)}`,
    'A number from 0 to 100 with at most four decimals.',
  );
}
