import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Logs } from '@x/logging';
import { pathOf } from '../compose/integrity.ts';
import { withLogs } from '../compose/logs.ts';
import { CliError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';
import { LOGS_OPTIONS } from './logs-options.ts';

const unwritable = (): CliError =>
  new CliError('UNWRITABLE', 'Expected to write all lines, got a disk that does not take them', {
    hint: 'See to the disk. What was taken until then is there, and would be there twice after another import.',
  });

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const [file = '-'] = input.arguments;
  let logs: Logs | undefined;
  const full = new AbortController();
  // The logs wait for a disk to come back; who imports would wait with them, and nobody would say why.
  const onError = (): void => {
    if (logs?.losses.failing === true) full.abort(unwritable());
  };
  const lines = await withLogs(context, { onError }, async (opened) => {
    logs = opened;
    const destination = opened.destination();
    const source = file === '-' ? context.input : createReadStream(pathOf(context, file));
    const signal = AbortSignal.any([context.signal, full.signal]);
    await pipeline(source, destination, { signal }).catch((cause: unknown) => {
      if (full.signal.aborted && !context.signal.aborted) throw full.signal.reason;
      if (!(cause instanceof Error) || !('syscall' in cause)) throw cause;
      throw new CliError('UNREADABLE', `Expected to read ${displayText(file)}, got ${cause.message}`, { cause });
    });
    if (await opened.flush()) return destination.lines;
    throw unwritable();
  });
  if (context.json) await emitObject(context.output, 'LogsImported', { lines });
  else await context.output.line(`${formatNumberOf(lines, 'line')} taken`);
  return EXIT.ok;
}

/** `holdfast logs import`. */
export const logsImport: CommandDefinition = {
  path: ['logs', 'import'],
  action: 'logs.write',
  summary: 'Take lines that something else has logged, such as those of pino',
  description:
    'Lines of JSON keep their times and fields, and lose their secrets; other lines are taken as text. They are then searched like all others.',
  arguments: [{ name: '[file]', description: 'file with lines, or - for standard input (default)' }],
  options: LOGS_OPTIONS,
  examples: [
    { call: 'holdfast logs import old.ndjson', does: 'What pino has written so far' },
    { call: 'holdfast logs import - < shop.log', does: 'What a program has said' },
  ],
  output: { shape: 'LogsImported' },
  run,
};
