import type { DataDifference, FoundRows } from '@x/backup-store/merge';
import { openConfigured } from '../compose/compose.ts';
import { checkLiveData, liveData } from '../compose/live-data.ts';
import { findSnapshot, parseReference, type FilterFlags } from '../compose/reference.ts';
import { usageError } from '../errors.ts';
import { jsonOf } from '../output/emit.ts';
import { EXIT, type ExitCode } from '../process/exit-codes.ts';
import type { CommandDefinition, CommandInput } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { formatCount } from '../render/bytes.ts';
import { displayText } from '../render/text.ts';
import { REFERENCE_ARGUMENT, REFERENCE_OPTIONS } from './filter-options.ts';

interface CompareFlags extends FilterFlags {
  readonly table?: readonly string[] | undefined;
  readonly scratch?: string | undefined;
  readonly ids?: number | undefined;
}

const MARKS: Readonly<Record<DataDifference['change'], string>> = { same: '=', added: '+', removed: '-', changed: 'M' };
/** Characters of a part of a schema that are shown. */
const SHOWN = 120;

const shown = (text: string | undefined): string =>
  text === undefined ? 'nothing' : displayText(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

function rowLines(what: string, rows: FoundRows | undefined): readonly string[] {
  if (rows === undefined || rows.count === 0) return [];
  const { count, ids } = rows;
  const more = count > ids.length ? `, … ${formatCount(count - ids.length)} more` : '';
  return [`    ${formatCount(count)} ${what}: ${ids.map((id) => displayText(id)).join(', ')}${more}`];
}

function lineOf({ change, name, schema, compared, before, after, ...rows }: DataDifference): string {
  const counts = [before, after].map((count) => (count === undefined ? '-' : formatCount(count)));
  const differs = compared === 'digest' && change === 'changed' ? '; no primary key, compared as a whole' : '';
  return [
    `${MARKS[change]} ${displayText(name)}  (rows: ${counts.join(' -> ')}${differs})`,
    ...schema.map(({ part, before: was, after: is }) => `    ${displayText(part)}: ${shown(was)} -> ${shown(is)}`),
    ...rowLines('added', rows.added),
    ...rowLines('changed', rows.changed),
    ...rowLines('removed', rows.removed),
  ].join('\n');
}

async function run(context: Context, input: CommandInput): Promise<ExitCode> {
  const flags = input.options as CompareFlags;
  const [reference = '', url = ''] = input.arguments;
  const { snapshot, path } = parseReference(reference);
  const { table: tables, scratch, ids: maxIds } = flags;
  checkLiveData(context, { url, scratch });
  await using repository = await openConfigured(context);
  const record = await findSnapshot(context, repository, { snapshot, flags });
  const options = { tables, maxIds, signal: context.signal };
  const counts = { same: 0, added: 0, removed: 0, changed: 0 };
  const lines = async function* (): AsyncGenerator<string> {
    for await (const difference of liveData(context, { repository, record, path, url, scratch, options })) {
      counts[difference.change]++;
      if (context.json) yield jsonOf('DataDifference', difference);
      else if (difference.change !== 'same' || context.messages.verbose) yield lineOf(difference);
    }
  };
  await context.output.lines(lines());
  context.messages.note(
    `${formatCount(counts.changed)} changed, ${formatCount(counts.added)} live only, ${formatCount(counts.removed)} in the snapshot only, ` +
      `${formatCount(counts.same)} the same`,
  );
  return EXIT.ok;
}

function parseIds(text: string): number {
  const ids = Number(text);
  if (text !== '' && Number.isSafeInteger(ids) && ids >= 0) return ids;
  throw usageError(`Expected a number of ids from 0, got ${JSON.stringify(text)}`, 'It is 20 by default.');
}

/** `holdfast backup compare`. */
export const backupCompare: CommandDefinition = {
  path: ['backup', 'compare'],
  action: 'backup.read',
  summary: 'List what differs between a database or records in a snapshot and what is live',
  description:
    'Table by table: + live only, - in the snapshot only, M other rows, columns, keys, indexes or triggers. Rows are told by their primary keys; of tables ' +
    'without one, whether all are the same. A dump is loaded into a database of its own for that, which is dropped in the end. What is live is only ' +
    'read. For files and folders: `holdfast backup diff --live`.',
  arguments: [
    {
      name: '<id[:path]>',
      description: `${REFERENCE_ARGUMENT}; the path is that of a dump, database or source of records`,
    },
    {
      name: '<url>',
      description:
        'what is live: postgres://user@host/database, mysql://..., sqlite:/path, or records+postgres://user@host/database?table=NAME, records+sqlite:...',
    },
  ],
  options: [
    {
      flags: '--table <name>',
      description: 'only this table or module, or those like it (*, ?); may be repeated',
      repeatable: true,
    },
    { flags: '--scratch <url>', description: 'a server to load the dump to (default: the live one)' },
    {
      flags: '--ids <number>',
      description: 'ids that are listed of each kind of difference of a table (default: 20)',
      parse: parseIds,
    },
    ...REFERENCE_OPTIONS,
  ],
  examples: [
    { call: 'holdfast backup compare latest postgres://admin@db/shop', does: 'What has changed since then?' },
    {
      call: 'holdfast backup compare latest mysql://reader@db/shop --scratch mysql://admin@test-db --table bookings',
      does: 'One table; the dump is loaded elsewhere',
    },
    { call: 'holdfast backup compare latest:hotel records+sqlite:/srv/hotel.db?table=guests', does: 'Records' },
  ],
  output: { shape: 'DataDifference', lines: true },
  run,
};
