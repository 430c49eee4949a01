import { LogError, shown } from '../errors.ts';
import { listFiles, type LogFile } from '../files/log-file.ts';
import { commonFields, readRecord } from '../record/read-record.ts';
import { candidatesOf } from './candidates.ts';
import type { FoundRecord, Search, SearchOptions, SearchReport } from './contract.ts';
import { loadIndex, type LoadedIndex } from './file-index.ts';
import { fileRecords, type PlacedRecord } from './file-records.ts';
import { type Matcher, matcherOf } from './match.ts';
import { mayMatch } from './may-match.ts';
import { comparePositions, formatCursor, parseCursor, type Position } from './position.ts';
import type { Query } from './query.ts';

/** A record that was found in a file, before it is its turn. */
interface Hit extends Position {
  readonly line: string;
}

interface OwnReport extends SearchReport {
  files: number;
  skipped: number;
  records: number;
  unparsable: number;
  unreadable: string[];
}

interface Asked {
  readonly query: Query;
  readonly matches: Matcher;
  readonly options: SearchOptions;
  readonly after: Position | undefined;
  /** 1 for oldest first, -1 for newest first. */
  readonly sign: 1 | -1;
  readonly report: OwnReport;
}

/** A file, and the times of what it may give. */
interface Source {
  readonly file: LogFile;
  /** The earliest that it may give in the order of the search; `-Infinity` where nobody knows. */
  readonly edge: number;
}

/**
 * Searches files of logs. Files whose index says that they have nothing are not read. Records come in the order of their times over all files, and no
 * more is in memory than what was found in the files whose times overlap, and never more than `limit` of each.
 *
 * @throws {LogError} `INVALID_CURSOR`, `INVALID_OPTION`; while it is iterated `LOG_UNREADABLE`.
 */
export function searchFiles(directory: string, query: Query, options: SearchOptions = {}): Search {
  const { limit } = options;
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0)) {
    throw new LogError('INVALID_OPTION', `Expected "limit" to be a whole number from 0 on, got ${shown(limit)}`);
  }
  const asked: Asked = {
    query,
    matches: matcherOf(query),
    options,
    after: options.after === undefined ? undefined : parseCursor(options.after),
    sign: options.order === 'oldest' ? 1 : -1,
    report: { files: 0, skipped: 0, records: 0, unparsable: 0, unreadable: [] },
  };
  return { report: asked.report, [Symbol.asyncIterator]: () => found(directory, asked) };
}

async function* found(directory: string, asked: Asked): AsyncGenerator<FoundRecord> {
  const { limit = Infinity, streams = ['structured'], signal } = asked.options;
  const sources: Source[] = [];
  for (const stream of new Set(streams)) {
    for (const file of await listFiles(directory, stream)) {
      asked.report.files += 1;
      signal?.throwIfAborted();
      const index = await loadIndex(file);
      if (index !== undefined && !mayGive(index, asked)) asked.report.skipped += 1;
      else sources.push({ file, edge: edgeOf(index, asked.sign) });
    }
  }
  let count = 0;
  for await (const hit of merged(sources, asked)) {
    if (count >= limit) return;
    count += 1;
    yield foundRecord(hit);
    if (count >= limit) return;
  }
}

function mayGive(index: LoadedIndex, { query, options, after, sign }: Asked): boolean {
  const { fromMs, toMs } = index;
  if (fromMs === null || toMs === null) return false;
  if (options.fromMs !== undefined && toMs < options.fromMs) return false;
  if (options.toMs !== undefined && fromMs >= options.toMs) return false;
  if (after !== undefined && (sign > 0 ? toMs < after.atMs : fromMs > after.atMs)) return false;
  return mayMatch(query, index);
}

function edgeOf(index: LoadedIndex | undefined, sign: 1 | -1): number {
  const edge = sign > 0 ? index?.fromMs : index?.toMs;
  return edge === undefined || edge === null ? -Infinity : edge * sign;
}

/** Merges what files give: a file is read when nothing that was found is certain to come before all of it. */
async function* merged(sources: readonly Source[], asked: Asked): AsyncGenerator<Hit> {
  const waiting = sources.toSorted((a, b) => a.edge - b.edge);
  const lists: { readonly hits: readonly Hit[]; next: number }[] = [];
  for (;;) {
    const best = firstOf(lists, asked.sign);
    const source = waiting[0];
    if (source !== undefined && (best === undefined || source.edge <= best.hit.atMs * asked.sign)) {
      waiting.shift();
      const hits = await hitsOf(source.file, asked);
      if (hits.length > 0) lists.push({ hits, next: 0 });
      continue;
    }
    if (best === undefined) return;
    yield best.hit;
    best.list.next += 1;
    if (best.list.next === best.list.hits.length) lists.splice(lists.indexOf(best.list), 1);
  }
}

type List = { readonly hits: readonly Hit[]; next: number };

function firstOf(lists: readonly List[], sign: 1 | -1): { readonly list: List; readonly hit: Hit } | undefined {
  let best: { readonly list: List; readonly hit: Hit } | undefined;
  for (const list of lists) {
    const hit = list.hits[list.next];
    if (hit !== undefined && (best === undefined || comparePositions(hit, best.hit) * sign < 0)) best = { list, hit };
  }
  return best;
}

/** What a file gives, in the order of the search. */
async function hitsOf(file: LogFile, asked: Asked): Promise<readonly Hit[]> {
  const candidates = candidatesOf(asked.query);
  if (candidates !== undefined) {
    const { records, unparsable } = asked.report;
    const hits = await readHits(file, asked, candidates);
    if (hits !== undefined) return hits;
    // A record without a time has that of the line before it, which was left out: once more, line by line.
    Object.assign(asked.report, { records, unparsable });
  }
  return (await readHits(file, asked, undefined)) ?? [];
}

async function readHits(
  file: LogFile,
  asked: Asked,
  choose: ReturnType<typeof candidatesOf>,
): Promise<readonly Hit[] | undefined> {
  const { options, sign, report, matches } = asked;
  const { limit = Infinity } = options;
  const compare = (a: Hit, b: Hit): number => comparePositions(a, b) * sign;
  let hits: Hit[] = [];
  for await (const record of readable(file, asked, choose)) {
    if (choose !== undefined && record.timeless) return undefined;
    report.records += 1;
    if (record.unparsable) report.unparsable += 1;
    const hit = hitOf(file, record);
    if (!isWanted(hit, asked) || !matches(record.view)) continue;
    hits.push(hit);
    // The best of them are kept; sorted now and then, which is cheap, as most are in order already.
    if (hits.length > limit * 2 + 1000) hits = hits.toSorted(compare).slice(0, limit);
  }
  return hits.toSorted(compare).slice(0, limit);
}

/** The records of a file up to where it is damaged. */
async function* readable(
  file: LogFile,
  { options: { signal }, report }: Asked,
  choose: ReturnType<typeof candidatesOf>,
): AsyncGenerator<PlacedRecord> {
  try {
    yield* fileRecords(file, { choose, signal });
  } catch (error) {
    if (!(error instanceof LogError) || error.code !== 'LOG_UNREADABLE') throw error;
    if (!report.unreadable.includes(file.path)) report.unreadable.push(file.path);
  }
}

function hitOf({ stream, id }: LogFile, { view, offset, line }: PlacedRecord): Hit {
  return { atMs: view.atMs, stream, file: id, offset, line };
}

function isWanted(hit: Hit, { options: { fromMs, toMs }, after, sign }: Asked): boolean {
  if (fromMs !== undefined && hit.atMs < fromMs) return false;
  if (toMs !== undefined && hit.atMs >= toMs) return false;
  return after === undefined || comparePositions(hit, after) * sign > 0;
}

/** A hit as it is given out. */
function foundRecord(hit: Hit): FoundRecord {
  return describe(hit.line, hit);
}

/** A line with its place as it is given out. */
export function describe(line: string, position: Position): FoundRecord {
  const { fields, unparsable } = readRecord(line);
  return {
    stream: position.stream,
    time: new Date(position.atMs).toISOString(),
    ...commonFields(fields),
    fields,
    line,
    unparsable,
    file: position.file,
    cursor: formatCursor(position),
  };
}
