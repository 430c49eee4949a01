import type { JournalEntry } from '@x/backup-store';
import { openConfigured } from '../compose/compose.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';

function entryLine(entry: JournalEntry): string {
  if (entry.type === 'erased') {
    const note = entry.note === undefined ? '' : ` (${displayText(entry.note)})`;
    return `${formatTime(entry.at)}  ${formatNumberOf(entry.records, 'record')} of ${displayText(entry.module)} erased${note}`;
  }
  const { at, snapshot, target, modules, mode } = entry;
  return `${formatTime(at)}  ${shortId(snapshot)} restored into ${displayText(target)} (${mode}: ${displayText(modules.join(' '))})`;
}

async function run(context: Context, _input: CommandInput): Promise<ExitCode> {
  const { tenant } = (await context.effective()).settings;
  await using repository = await openConfigured(context);
  const entries = await repository.journal.entries({ tenant, signal: context.signal });
  if (context.json) await emitObject(context.output, 'RecordsJournal', { tenant, entries });
  else if (entries.length === 0) context.messages.note('Nothing was erased or restored.');
  else await context.output.write(entries.map((entry) => `${entryLine(entry)}\n`).join(''));
  return EXIT.ok;
}

/** `holdfast records journal`. */
export const recordsJournal: CommandDefinition = {
  path: ['records', 'journal'],
  action: 'records.read',
  whose: 'configured',
  summary: 'Show which records were erased for good, and what was restored where',
  description: 'How many and when, not which: ids are not stored.',
  options: [{ flags: '--tenant <name>', description: 'whose (default: tenant of the configuration, else default)' }],
  examples: [{ call: 'holdfast records journal --tenant property1', does: 'All entries, oldest first' }],
  output: { shape: 'RecordsJournal' },
  run,
};
