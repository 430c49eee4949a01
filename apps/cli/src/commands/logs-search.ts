import type { FoundRecord, Logs, Search } from '@x/logging';
import { withLogs } from '../compose/logs.ts';
import { jsonOf } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { recordText } from '../render/log-record.ts';
import { displayText } from '../render/text.ts';
import {
  FILTER_OPTIONS,
  type FilterFlags,
  LIMIT_OPTION,
  LOGS_OPTIONS,
  queryText,
  searchOptions,
} from './logs-options.ts';

interface SearchFlags extends FilterFlags {
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
  readonly oldestFirst?: boolean | undefined;
  readonly follow?: boolean | undefined;
}

function lineOf(context: Context, record: FoundRecord): string {
  if (!context.json) return recordText(record, context.output.colors);
  const { line: _line, ...rest } = record;
  return jsonOf('LogRecord', { ...rest, fields: { ...rest.fields } });
}

async function* linesOf(
  context: Context,
  records: AsyncIterable<FoundRecord> | readonly FoundRecord[],
): AsyncGenerator<string> {
  for await (const record of records) yield lineOf(context, record);
}

/** Says what was not told by the records themselves. */
function tell(context: Context, { report }: Search): ExitCode {
  const { messages } = context;
  const { files, skipped, records, unparsable, unreadable } = report;
  messages.detail(
    `${formatNumberOf(records, 'record')} looked at in ${formatNumberOf(files - skipped, 'file')}; ${formatNumberOf(skipped, 'file')} not read`,
  );
  if (unparsable > 0) messages.detail(`${formatNumberOf(unparsable, 'line')} of them no JSON`);
  for (const path of unreadable) messages.warn(`Damaged, and read only in part: ${displayText(path)}`);
  return unreadable.length === 0 ? EXIT.ok : EXIT.partial;
}

/** What is shown, and then followed. */
interface Shown {
  readonly query: string;
  readonly flags: SearchFlags;
  /** Shows what there is. Each record is handed on, so that it is not shown twice. */
  readonly show: (logs: Logs, seen: (record: FoundRecord) => void) => Promise<ExitCode>;
}

/** Following begins before what there is is looked for, so that nothing gets lost between the two. Whoever follows ends it with Ctrl-C: that is no failure. */
async function showAndFollow(context: Context, { query, flags, show }: Shown): Promise<ExitCode> {
  return withLogs(context, {}, async (logs) => {
    if (flags.follow !== true) return show(logs, () => undefined);
    const end = new AbortController();
    const signal = AbortSignal.any([context.signal, end.signal]);
    const news = logs.follow(query, { streams: searchOptions(flags).streams, signal })[Symbol.asyncIterator]();
    let next = news.next();
    try {
      const seen = new Set<string>();
      const exit = await show(logs, ({ cursor }) => seen.add(cursor));
      for (let each = await next; each.done !== true && !context.output.closed; each = await next) {
        next = news.next();
        if (!seen.has(each.value.cursor)) await context.output.line(lineOf(context, each.value));
      }
      return exit;
    } finally {
      end.abort();
      await next.catch(() => undefined);
    }
  });
}

async function* passing(
  records: AsyncIterable<FoundRecord>,
  seen: (record: FoundRecord) => void,
): AsyncGenerator<FoundRecord> {
  for await (const record of records) {
    seen(record);
    yield record;
  }
}

async function search(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as SearchFlags;
  const query = await queryText(context, input.arguments, flags);
  const { limit = 100, after } = flags;
  const order = flags.oldestFirst === true ? 'oldest' : 'newest';
  return showAndFollow(context, {
    query,
    flags,
    show: async (logs, seen) => {
      const found = logs.search(query, { ...searchOptions(flags), order, limit, after, signal: context.signal });
      await context.output.lines(linesOf(context, passing(found, seen)));
      return tell(context, found);
    },
  });
}

async function tail(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as SearchFlags;
  const query = await queryText(context, input.arguments, flags);
  const { limit = 20 } = flags;
  return showAndFollow(context, {
    query,
    flags,
    show: async (logs, seen) => {
      const found = logs.search(query, { ...searchOptions(flags), order: 'newest', limit, signal: context.signal });
      const last: FoundRecord[] = [];
      for await (const record of passing(found, seen)) last.push(record);
      await context.output.lines(linesOf(context, last.toReversed()));
      return tell(context, found);
    },
  });
}

const QUERY = { name: '[query...]', description: 'what is looked for (default: everything)' };
const LANGUAGE =
  '`tenant=hotel-a level>=warn durationMs>500 "disk full"`: what stands side by side must all hold; OR, NOT (or -) and brackets. ' +
  'Words are found whole in any value, without regard to case; `disk*` is how one begins, `*disk*` a part of one. ' +
  'Fields: `=`, `!=`, `<`, `<=`, `>`, `>=`, `~` (contains), `field=*` (is there); inner ones by their path: `err.code=ENOSPC`. ' +
  'Put the whole query in single quotes, so that the shell leaves it alone.';

/** `holdfast logs search`. */
export const logsSearch: CommandDefinition = {
  path: ['logs', 'search'],
  action: 'logs.read',
  summary: 'Find records, newest first',
  description: LANGUAGE,
  arguments: [QUERY],
  options: [
    ...FILTER_OPTIONS,
    LIMIT_OPTION,
    { flags: '--oldest-first', description: 'begin with the oldest' },
    { flags: '--after <cursor>', description: 'go on after the record with this cursor (--json shows it)' },
    { flags: '--follow', description: 'and those that come, until Ctrl-C' },
    ...LOGS_OPTIONS,
  ],
  examples: [
    {
      call: `holdfast logs search 'tenant=hotel-a level>=warn "disk full"' --from 2d`,
      does: 'What went wrong at hotel-a in two days?',
    },
    {
      call: `holdfast logs search --stream audit 'name=backup.* principal=ada'`,
      does: 'What has ada done with backups?',
    },
  ],
  output: { shape: 'LogRecord', lines: true },
  run: search,
};

/** `holdfast logs tail`. */
export const logsTail: CommandDefinition = {
  path: ['logs', 'tail'],
  action: 'logs.read',
  summary: 'Show the last records, and those that come',
  arguments: [QUERY],
  options: [
    ...FILTER_OPTIONS,
    { ...LIMIT_OPTION, description: 'so many (default: 20)' },
    { flags: '--follow', description: 'and those that come, until Ctrl-C' },
    ...LOGS_OPTIONS,
  ],
  examples: [{ call: 'holdfast logs tail --follow --level warn', does: 'Warnings as they come' }],
  output: { shape: 'LogRecord', lines: true },
  run: tail,
};
