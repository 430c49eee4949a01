import { asGzip } from '../compose/archives.ts';
import { openConfigured } from '../compose/compose.ts';
import { findSnapshot, parseReference, snapshotPath, type FilterFlags } from '../compose/reference.ts';
import { usageError } from '../errors.ts';
import { entryOutput, emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { REFERENCE_ARGUMENT, REFERENCE_OPTIONS } from './filter-options.ts';

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as FilterFlags & { readonly gzip?: boolean | undefined };
  const [text = ''] = input.arguments;
  const { snapshot, path } = parseReference(text);
  if (path === undefined)
    throw usageError(`Expected ID:PATH, got ${JSON.stringify(text)}`, 'List paths with `backup ls`.');
  await using repository = await openConfigured(context);
  const record = await findSnapshot(context, repository, { snapshot, flags });
  const wanted = snapshotPath(record, path);
  const { output, signal } = context;
  if (context.json) {
    for await (const entry of repository.entries(record.id, { path: wanted, recursive: false, signal }))
      return await emitObject(output, 'Entry', entryOutput(entry)).then(() => EXIT.ok);
  }
  const content = repository.read(record.id, { path: wanted, signal });
  for await (const piece of flags.gzip === true ? asGzip(content) : content) {
    await output.write(piece);
    if (output.closed) break;
  }
  return EXIT.ok;
}

/** `holdfast backup cat`. */
export const backupCat: CommandDefinition = {
  path: ['backup', 'cat'],
  summary: 'Print one file of a snapshot',
  description:
    'Each piece is compared with its digest before it is printed. When the program ends with another code than 0, what it has ' +
    'printed is not the whole file. With --json: what is known of the file.',
  arguments: [{ name: '<id:path>', description: `${REFERENCE_ARGUMENT}, and the path of a file in it` }],
  options: [{ flags: '--gzip', description: 'compress it' }, ...REFERENCE_OPTIONS],
  examples: [
    { call: 'holdfast backup cat latest:postgres/shop.sql | psql shop_copy', does: 'A dump into another database' },
    { call: 'holdfast backup cat latest:postgres/shop.sql --gzip > shop.sql.gz', does: 'A dump as .gz' },
    { call: 'holdfast backup cat before-upgrade:etc/app.conf', does: 'One file of a named snapshot' },
  ],
  output: { shape: 'Entry' },
  run,
};
