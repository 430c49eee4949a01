import {
  openConfiguredStructure,
  STRUCTURE_OPTIONS,
  structurePlace,
  type StructureFlags,
} from '../compose/structure.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { inventorySummary } from '../render/structure.ts';
import { displayText } from '../render/text.ts';

interface BackupFlags extends StructureFlags {
  readonly setVersion?: string | undefined;
  readonly note?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { setVersion: version, note, dryRun = false, ...flags } = input.options as BackupFlags;
  const place = await structurePlace(context, flags);
  const { repository, structure } = await openConfiguredStructure(context);
  await using _ = repository;
  const { signal, messages, output } = context;
  const result = await structure.backup({ ...place, version, note, dryRun, signal });
  if (context.json) {
    const { snapshot, ...rest } = result;
    await emitObject(output, 'StructureBackup', { dryRun, ...rest, snapshot: snapshot?.id });
    return EXIT.ok;
  }
  if (messages.quiet) {
    await output.line(result.version);
    return EXIT.ok;
  }
  const verb = result.bump === 'none' ? 'is still' : dryRun ? 'would be' : 'is';
  await output.line(`structure ${verb} ${result.version}: ${inventorySummary(result.inventory)}`);
  for (const reason of result.reasons) await output.line(`  ${displayText(reason)}`);
  if (dryRun) messages.note('Nothing was stored.');
  return EXIT.ok;
}

/** `holdfast structure backup`. */
export const structureBackup: CommandDefinition = {
  path: ['structure', 'backup'],
  action: 'structure.create',
  summary: 'Store the structure that tenants share, as a new version',
  description:
    'Components, styles, texts of languages and migrations, kept apart from what tenants have. The version follows from what has ' +
    'changed: what is gone, and a migration that is another one now, make a major one; what is new, a minor one; all else a ' +
    'patch. Where nothing has changed, nothing is stored.',
  options: [
    ...STRUCTURE_OPTIONS,
    { flags: '--set-version <version>', description: 'take this version; it has to be higher than the last' },
    { flags: '--note <text>', description: 'a note to keep with it' },
    { flags: '--dry-run', description: 'show what version it would be, and why' },
  ],
  examples: [
    { call: 'holdfast structure backup --components src/components --i18n locales', does: 'The next version' },
    { call: 'holdfast structure backup --dry-run', does: 'What has changed since the last one?' },
  ],
  output: { shape: 'StructureBackup' },
  run,
};
