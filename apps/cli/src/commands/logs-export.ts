import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Logs, SearchOptions } from '@x/logging';
import { pathOf } from '../compose/integrity.ts';
import { withLogs } from '../compose/logs.ts';
import { CliError, usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';
import {
  FILTER_OPTIONS,
  type FilterFlags,
  LOGS_OPTIONS,
  queryText,
  searchOptions,
  SIGN_OPTIONS,
} from './logs-options.ts';

interface ExportFlags extends FilterFlags {
  readonly format?: 'ndjson' | 'csv' | 'bundle' | undefined;
  readonly output?: string | undefined;
}

interface Request {
  readonly logs: Logs;
  readonly query: string;
  readonly options: SearchOptions;
}

/** Writes a new file; nothing is left of one that failed half-way but what the system has taken. @throws {CliError} `UNWRITABLE`. */
async function writeFile(path: string, format: 'ndjson' | 'csv', { logs, query, options }: Request): Promise<number> {
  let records = 0;
  async function* counted(texts: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const text of texts) {
      records += 1;
      yield text;
    }
  }
  try {
    const texts = counted(logs.export(query, { ...options, format }));
    await pipeline(Readable.from(texts), createWriteStream(path, { flags: 'wx' }));
  } catch (cause) {
    if (!(cause instanceof Error) || !('syscall' in cause)) throw cause;
    throw new CliError('UNWRITABLE', `Expected to write ${displayText(path)}, got ${cause.message}`, {
      cause,
      hint: 'A file that is there is not replaced.',
    });
  }
  // The first piece of a table has the names of its columns.
  return format === 'csv' ? records - 1 : records;
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as ExportFlags;
  const { format = 'ndjson', output: target } = flags;
  if (target === undefined && (format === 'bundle' || context.json)) {
    throw usageError(
      'Expected where to write to, got nothing',
      'Name a file, or for a bundle a new folder, with --output.',
    );
  }
  const query = await queryText(context, input.arguments, flags);
  const options = { ...searchOptions(flags), signal: context.signal };
  return withLogs(context, { signs: format === 'bundle' }, async (logs) => {
    if (target === undefined) {
      const texts = logs.export(query, { ...options, format: format === 'csv' ? 'csv' : 'ndjson' });
      for await (const text of texts) {
        await context.output.write(text);
        if (context.output.closed) break;
      }
      return EXIT.ok;
    }
    const path = pathOf(context, target);
    const records =
      format === 'bundle'
        ? (await logs.seal(path, query, options)).records
        : await writeFile(path, format, { logs, query, options });
    if (context.json) await emitObject(context.output, 'LogsExported', { output: path, format, records });
    else await context.output.line(`${formatNumberOf(records, 'record')} written to ${displayText(path)}`);
    return EXIT.ok;
  });
}

/** `holdfast logs export`. */
export const logsExport: CommandDefinition = {
  path: ['logs', 'export'],
  action: 'logs.read',
  summary: 'Hand records over: as lines, as a table, or sealed',
  description:
    'Oldest first. A bundle is a new folder with the records, a manifest and a signature: `logs verify-bundle` proves with the public key alone that nobody has changed it since.',
  arguments: [{ name: '[query...]', description: 'which records (default: all)' }],
  options: [
    ...FILTER_OPTIONS,
    { flags: '--format <name>', description: 'ndjson (default), csv or bundle', choices: ['ndjson', 'csv', 'bundle'] },
    { flags: '--output <path>', description: 'new file or folder (default: standard output)' },
    ...SIGN_OPTIONS,
    ...LOGS_OPTIONS,
  ],
  examples: [
    {
      call: 'holdfast logs export --stream audit --format bundle --output audit-2026 --from 2026-01-01 --to 2027-01-01',
      does: 'A year for the auditor',
    },
    { call: `holdfast logs export 'tenant=hotel-a' --format csv > hotel-a.csv`, does: 'A table for a spreadsheet' },
  ],
  output: { shape: 'LogsExported' },
  run,
};
