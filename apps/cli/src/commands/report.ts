import { isAbsolute, relative } from 'node:path';
import type { ReportFormat } from '@x/operations/report';
import { configuredBook } from '../compose/event-book.ts';
import { makeReport, type ReportCall, type WrittenReport } from '../compose/reports.ts';
import { resolvePath } from '../config/locations.ts';
import { usageError } from '../errors.ts';
import { emitObject } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatNumberOf } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';

interface ReportFlags {
  readonly date?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly out?: string | undefined;
  readonly format?: readonly ReportFormat[] | undefined;
  readonly tenant?: string | undefined;
}

const KINDS = ['daily', 'weekly', 'monthly', 'quarterly'] as const;
const FORMATS: readonly ReportFormat[] = ['json', 'html', 'pdf'];

/** Several forms, with commas. @throws {CliError} `USAGE`. */
function formats(text: string): readonly ReportFormat[] {
  return text.split(',').map((word) => {
    const known = FORMATS.find((each) => each === word.trim());
    if (known !== undefined) return known;
    throw usageError(
      `Expected json, html or pdf, got ${JSON.stringify(word)}`,
      'Separate several by commas: html,pdf.',
    );
  });
}

function callOf({ arguments: [word = 'daily'], options }: CommandInput, workingDirectory: string): ReportCall {
  const { date, from, to, out, format, tenant } = options as ReportFlags;
  const kind = KINDS.find((each) => each === word);
  if (kind === undefined)
    throw usageError(
      `Expected one of ${KINDS.join(', ')}, got ${JSON.stringify(word)}`,
      'Other periods have --from and --to.',
    );
  if ((from === undefined) !== (to === undefined))
    throw usageError('Expected --from and --to, got only one of them', 'Name the first and the last day.');
  if (from !== undefined && date !== undefined)
    throw usageError('Expected either --date or --from and --to, got both', 'Leave one of them out.');
  return {
    kind,
    date,
    between: from === undefined || to === undefined ? undefined : { from, to },
    tenant,
    directory: out === undefined ? undefined : resolvePath(out, workingDirectory),
    formats: format,
  };
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const book = await configuredBook(context);
  const written = await makeReport(context, { ...callOf(input, context.workingDirectory), book });
  await book?.close();
  const { report, files, removed, unread } = written;
  if (context.json) {
    const { period, summary, problems, unknown } = report;
    const { name, label, timeZone, from, to, isOver } = period;
    await emitObject(context.output, 'ReportRun', {
      name,
      label,
      timeZone,
      from,
      to,
      isOver,
      files,
      removed,
      summary,
      problems,
      unknown,
      unread,
    });
  } else if (context.messages.quiet) for (const file of files) await context.output.line(file);
  else await writeText(context, written);
  return unread.length === 0 ? EXIT.ok : EXIT.partial;
}

const SIGNS = { good: '+', warn: '!', bad: '-', soft: ' ' } as const;

async function writeText(context: Context, { report, files, removed, unread }: WrittenReport): Promise<void> {
  const { output, messages } = context;
  await output.line(output.colors.bold(report.period.label));
  for (const { tone, text } of report.summary) await output.line(`${SIGNS[tone]} ${displayText(text)}`);
  for (const { text, todo } of report.problems) messages.detail(`${displayText(text)} ${displayText(todo)}`);
  for (const text of report.unknown) messages.detail(displayText(text));
  for (const { part, message } of unread) messages.warn(`Of ${part} nothing could be read: ${displayText(message)}`);
  for (const file of files) {
    const near = relative(context.workingDirectory, file);
    await output.line(displayText(near.startsWith('..') || isAbsolute(near) ? file : near));
  }
  if (removed.length > 0) messages.note(`${formatNumberOf(removed.length, 'old report')} removed.`);
}

/** `holdfast report`. */
export const reportCommand: CommandDefinition = {
  path: ['report'],
  action: 'report.read',
  summary: 'Write what happened in a day, week, month or quarter, as HTML, PDF and JSON',
  description:
    'It is made of what there is: snapshots of the repository, how much `holdfast metrics` has measured, runs of the schedule, deploys, and what health has seen. What is not known is said to be unknown. Pages need ' +
    'nothing from elsewhere and have no scripts. 3 says that something could not be read; it is named then. Without a date the last period is reported that is over, in the time zone of ' +
    'reports.timeZone. Files are called as their period, daily-2026-03-29.html, and replaced as a whole.',
  arguments: [{ name: '[period]', description: 'daily (default), weekly, monthly or quarterly' }],
  options: [
    { flags: '--date <day>', description: 'a day of the period: 2026-03-29' },
    { flags: '--from <day>', description: 'another period: its first day' },
    { flags: '--to <day>', description: 'and its last one' },
    { flags: '--out <folder>', description: 'where files go (default: reports.directory, else reports)' },
    { flags: '--format <list>', description: 'json, html, pdf, or several with commas (default: all)', parse: formats },
    { flags: '--tenant <name>', description: 'only of this tenant' },
  ],
  examples: [
    { call: 'holdfast report', does: 'Yesterday' },
    { call: 'holdfast report quarterly --format pdf --out /srv/reports', does: 'The last quarter, to be printed' },
    { call: 'holdfast report --from 2026-03-01 --to 2026-03-10 --tenant hotel-b', does: 'Ten days of one tenant' },
  ],
  output: { shape: 'ReportRun' },
  run,
};
