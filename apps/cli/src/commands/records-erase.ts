import { openConfigured } from '../compose/compose.ts';
import { readNamed } from '../compose/named-input.ts';
import { recordNames } from '../compose/record-names.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';
import { demandConfirmation } from '../terminal/confirmation.ts';

interface EraseFlags {
  readonly from?: string | undefined;
  readonly note?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

async function namesOf(
  context: Context,
  given: readonly string[],
  from: string | undefined,
): Promise<readonly string[]> {
  if (from === undefined) return given;
  const text = await readNamed(context, from, 'names of records');
  return [
    ...given,
    ...text
      .split('\n')
      .map((line) => line.replace(/\r$/, ''))
      .filter((line) => line !== ''),
  ];
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const { from, note, dryRun = false, yes = false } = input.options as EraseFlags;
  const byModule = recordNames(await namesOf(context, input.arguments, from));
  if (byModule === undefined)
    throw usageError(
      'Expected records to erase, got none',
      'Name them as MODULE/ID, or list them in a file with --from.',
    );
  const { tenant } = (await context.effective()).settings;
  await using repository = await openConfigured(context);
  const erased = await repository.journal.erased({ tenant, signal: context.signal });
  const modules = Object.entries(byModule).map(([module, ids]) => ({
    module,
    records: ids.length,
    added: new Set(ids.filter((id) => !erased.has(module, id))).size,
  }));
  const lines = modules.map(
    ({ module, records, added }) =>
      `${displayText(module)}: ${formatNumberOf(records, 'record')}, ${added} not erased before`,
  );
  if (!dryRun) {
    const what = 'erasing of records, which can’t be undone';
    await demandConfirmation(context, { what, lines: [`tenant ${displayText(tenant)}`, ...lines], yes });
    for (const [module, ids] of Object.entries(byModule)) await repository.journal.erase({ tenant, module, ids, note });
  }
  if (context.json) await emitObject(context.output, 'RecordsErased', { dryRun, tenant, modules });
  else if (!context.messages.quiet) await context.output.write(`${lines.join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast records erase`. */
export const recordsErase: CommandDefinition = {
  path: ['records', 'erase'],
  action: 'records.erase',
  whose: 'configured',
  summary: 'Note records as erased for good, so that no restore of records brings them back',
  description:
    'Snapshots stay as they are: what is noted is a keyed digest of each id, and every restore and merge of records leaves these away. It can’t be undone. ' +
    'Delete them where they are used yourself. Dumps and files are not looked at: they come back as they were made.',
  arguments: [{ name: '[module/id...]', description: 'records, such as guests/guest-17' }],
  options: [
    {
      flags: '--from <file>',
      description:
        'a file with a MODULE/ID on each line, which nobody sees in a list of processes; - for standard input',
    },
    { flags: '--note <text>', description: 'why; stays in the journal for good, so without names' },
    { flags: '--tenant <name>', description: 'whose they are (default: tenant of the configuration, else default)' },
    { flags: '--dry-run', description: 'say what would be noted' },
    { flags: '--yes', description: 'do not ask' },
  ],
  examples: [
    { call: 'holdfast records erase guests/guest-17 --note "request of 3 May"', does: 'One record' },
    { call: 'holdfast records erase --from - --tenant property1 --yes < erased.txt', does: 'Those of a list' },
  ],
  output: { shape: 'RecordsErased' },
  run,
};
