import { openConfiguredStructure } from '../compose/structure.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatBytes } from '../render/bytes.ts';
import { tableLines } from '../render/table.ts';
import { displayText } from '../render/text.ts';
import { formatTime } from '../render/time.ts';

async function run(context: Context): Promise<ExitCode> {
  const { repository, structure } = await openConfiguredStructure(context);
  await using _ = repository;
  const versions = await structure.catalog();
  if (context.json) {
    const rows = versions.map(({ version, immutable, snapshot }) => ({
      version,
      immutable,
      snapshot: snapshot.id,
      createdAt: snapshot.startedAt,
      bytes: snapshot.bytes.total,
      files: snapshot.files.total,
      note: snapshot.note,
    }));
    await emitObject(context.output, 'StructureCatalog', { versions: rows });
    return EXIT.ok;
  }
  if (versions.length === 0) {
    context.messages.note('There is no version of the structure yet: make one with `holdfast structure backup`.');
    return EXIT.ok;
  }
  const titles = ['VERSION', '', 'MADE', 'SIZE', 'SNAPSHOT', 'NOTE'].map((title) => ({ title }));
  const rows = versions.map(({ version, immutable, snapshot }) => [
    version,
    immutable ? 'major' : '',
    formatTime(snapshot.startedAt),
    formatBytes(snapshot.bytes.total),
    snapshot.id.slice(0, 8),
    displayText(snapshot.note ?? ''),
  ]);
  const [head = '', ...lines] = tableLines(titles, rows);
  await context.output.write(`${[context.output.colors.bold(head), ...lines].join('\n')}\n`);
  return EXIT.ok;
}

/** `holdfast structure catalog`. */
export const structureCatalog: CommandDefinition = {
  path: ['structure', 'catalog'],
  action: 'structure.read',
  summary: 'List the versions of the shared structure',
  examples: [{ call: 'holdfast structure catalog', does: 'Which versions are there?' }],
  output: { shape: 'StructureCatalog' },
  run,
};
