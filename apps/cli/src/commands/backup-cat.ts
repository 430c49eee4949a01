import { asGzip } from '../compose/archives.ts';
import { openConfigured } from '../compose/compose.ts';
import { findSnapshot, parseReference, snapshotPath, type FilterFlags } from '../compose/reference.ts';
import { feedCommand } from '../compose/to-command.ts';
import { usageError } from '../errors.ts';
import { entryOutput, emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { REFERENCE_ARGUMENT, REFERENCE_OPTIONS } from './filter-options.ts';

interface CatFlags extends FilterFlags {
  readonly gzip?: boolean | undefined;
  readonly command?: string | undefined;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as CatFlags;
  const [text = ''] = input.arguments;
  const { snapshot, path } = parseReference(text);
  if (path === undefined)
    throw usageError(`Expected ID:PATH, got ${JSON.stringify(text)}`, 'List paths with `backup ls`.');
  await using repository = await openConfigured(context);
  const record = await findSnapshot(context, repository, { snapshot, flags });
  const wanted = snapshotPath(record, path);
  const { output, signal, json } = context;
  const plain = repository.read(record.id, { path: wanted, signal });
  const content = flags.gzip === true ? asGzip(plain) : plain;
  if (flags.command !== undefined) {
    const printed = await feedCommand({ line: flags.command, content, signal });
    if (!json) await output.write(printed);
  }
  if (json) {
    for await (const entry of repository.entries(record.id, { path: wanted, recursive: false, signal }))
      return await emitObject(output, 'Entry', entryOutput(entry)).then(() => EXIT.ok);
  }
  if (flags.command !== undefined) return EXIT.ok;
  for await (const piece of content) {
    await output.write(piece);
    if (output.closed) break;
  }
  return EXIT.ok;
}

/** `holdfast backup cat`. */
export const backupCat: CommandDefinition = {
  path: ['backup', 'cat'],
  action: 'backup.read',
  summary: 'Print one file of a snapshot, or give it to a command',
  description:
    'Each piece is compared with its digest before it is printed. When the program ends with another code than 0, what it has ' +
    'printed is not the whole file. What reads it behind a pipe can not tell: --command kills a command that can not have all of it, and ' +
    'ends with a failure when the command does. With --json: what is known of the file.',
  arguments: [{ name: '<id:path>', description: `${REFERENCE_ARGUMENT}, and the path of a file in it` }],
  options: [
    { flags: '--gzip', description: 'compress it' },
    {
      flags: '--command <command>',
      description: 'a command line, given to sh, that reads it from standard input; what that prints is printed',
    },
    ...REFERENCE_OPTIONS,
  ],
  examples: [
    {
      call: "holdfast backup cat latest:postgres/shop.sql --command 'psql --set=ON_ERROR_STOP=1 --single-transaction shop_copy'",
      does: 'A dump into another database',
    },
    { call: 'holdfast backup cat latest:postgres/shop.sql --gzip > shop.sql.gz', does: 'A dump as .gz' },
    { call: 'holdfast backup cat before-upgrade:etc/app.conf', does: 'One file of a named snapshot' },
  ],
  output: { shape: 'Entry' },
  run,
};
