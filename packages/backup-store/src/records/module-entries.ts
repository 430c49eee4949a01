import { BackupError } from '../errors.ts';
import type { PreviousFile, PreviousSource, SourceDetail, SourceEntry } from '../source/contract.ts';
import { joinFrom } from './compaction.ts';
import type { DataRecord, RecordModule } from './contract.ts';
import { missingFrom, withMissing } from './deletions.ts';
import { deletedLine, type Line, recordLine } from './line.ts';
import { encodeManifest, MANIFEST, type ModuleManifest, nextNumber, type Segment } from './manifest.ts';
import { mergeLines } from './merge-lines.ts';
import {
  changesSinceNext,
  deletesAfter,
  KEEP_DELETED_MS,
  manifestBefore,
  planReading,
  type ReadingPlan,
} from './plan-reading.ts';
import { RunGatherer, segmentBytes } from './runs.ts';
import { segmentLines } from './segment-lines.ts';

/** What the reading of one module works with. */
export interface ModuleParts {
  readonly module: RecordModule;
  readonly signal: AbortSignal;
  readonly previous: PreviousSource | undefined;
  readonly wanted: 'all' | 'changed';
  readonly since: number | undefined;
  readonly overlapMs: number | undefined;
  readonly nowMs: number;
  /** Characters of lines that are held in memory. */
  readonly runLength?: number | undefined;
  /** Told when the module is done. */
  readonly onDone: (manifest: ModuleManifest) => void;
}

/** What is found out on the way. */
interface Seen {
  read: number;
  newest: number | undefined;
  deletedSince: number;
}

interface Reading extends ModuleParts {
  readonly before: ModuleManifest | undefined;
  readonly plan: ReadingPlan;
  readonly moment: number | undefined;
  readonly seen: Seen;
}

/** Reads a module, and gives the files that it is in a snapshot: segments first, then what says that they are there. */
export async function* moduleEntries(parts: ModuleParts): AsyncGenerator<SourceEntry, void, undefined> {
  const { module, signal, previous, nowMs } = parts;
  const { name } = module;
  const schema = await module.schema?.({ signal });
  // Before anything is read: what is changed from now on is for the next reading.
  const moment = await module.moment?.({ signal });
  const before = await manifestBefore(previous, name);
  const plan = planReading({ ...parts, schema, before });
  const seen = { read: 0, newest: before?.newest, deletedSince: before?.deletedSince ?? nowMs };
  const reading: Reading = { ...parts, before, plan, moment, seen };
  const segments: Segment[] = [];
  let number = 1;
  if (plan.reading === 'changed' && before !== undefined) {
    const kept = new RunGatherer(name, nextNumber(before.segments), parts.runLength);
    segments.push(...(yield* keptSegments(reading, before, kept)));
    ({ number } = kept);
  }
  const gatherer = new RunGatherer(name, number, parts.runLength);
  yield* gathered(name, plan.reading === 'all' ? allLines(reading) : changedLines(reading), gatherer);
  segments.push(...gatherer.segments);
  const manifest = manifestAfter(reading, segments, schema);
  yield { path: `${name}/${MANIFEST}`, content: once(encodeManifest(manifest)) };
  parts.onDone(manifest);
}

/** Gives lines as files, whose list is in the gatherer then. */
async function* gathered(
  module: string,
  lines: AsyncIterable<Line>,
  gatherer: RunGatherer,
): AsyncGenerator<SourceEntry, void, undefined> {
  const next = function* (): Generator<SourceEntry, void, undefined> {
    const run = gatherer.take();
    if (run !== undefined) yield { path: `${module}/${run.about.file}`, content: once(run.content) };
  };
  for await (const line of lines) if (gatherer.add(line)) yield* next();
  yield* next();
}

/** What of the snapshot before is taken over, with segments joined that have become too many. */
async function* keptSegments(
  { module: { name }, previous, nowMs, seen }: Reading,
  { segments }: ModuleManifest,
  gatherer: RunGatherer,
): AsyncGenerator<SourceEntry, readonly Segment[], undefined> {
  const from = joinFrom(segments.map((segment) => segmentBytes(segment)));
  const kept = segments.slice(0, from);
  for (const { file } of kept.flat())
    yield { path: `${name}/${file}`, content: previousFile(previous, `${name}/${file}`) };
  if (from === segments.length) return kept;
  let keepSince = -Infinity;
  if (from === 0) {
    // There is nothing older that they would hide.
    keepSince = nowMs - KEEP_DELETED_MS;
    seen.deletedSince = Math.max(seen.deletedSince, keepSince);
  }
  yield* gathered(name, joinedLines(linesBefore(name, previous, segments.slice(from)), keepSince), gatherer);
  return [...kept, ...gatherer.segments];
}

async function* joinedLines(batches: AsyncIterable<Line[]>, keepSince: number): AsyncGenerator<Line, void, undefined> {
  for await (const lines of batches)
    for (const line of lines) if (line.deletedAt === undefined || line.deletedAt >= keepSince) yield line;
}

/** Deleted records first, so that what is there counts more. */
async function* changedLines(reading: Reading): AsyncGenerator<Line, void, undefined> {
  const { module, plan, signal, previous, before, moment, nowMs } = reading;
  if (plan.deletions === 'told') yield* toldLines(reading);
  if (plan.deletions === 'compared' && module.ids !== undefined) {
    const lines = linesBefore(module.name, previous, before?.segments ?? []);
    const isOrdered = await module.ordersIds?.({ signal });
    const comparing = { module: module.name, before: lines, deletedAt: moment ?? nowMs, isOrdered };
    yield* missingFrom(module.ids({ signal }), comparing);
  }
  yield* recordLines(reading);
}

async function* allLines(reading: Reading): AsyncGenerator<Line, void, undefined> {
  const { module, plan, previous, before, moment, nowMs, seen } = reading;
  const keepSince = nowMs - KEEP_DELETED_MS;
  if (plan.deletions === 'told') {
    seen.deletedSince = keepSince;
    yield* toldLines(reading);
  }
  if (plan.deletions !== 'compared' || before === undefined) {
    if (plan.deletions === 'none') seen.deletedSince = nowMs;
    yield* recordLines(reading);
    return;
  }
  seen.deletedSince = Math.max(seen.deletedSince, keepSince);
  const onDisorder = (): void => {
    seen.deletedSince = nowMs;
  };
  const lines = linesBefore(module.name, previous, before.segments);
  const keeping = { module: module.name, before: lines, deletedAt: moment ?? nowMs, keepSince, onDisorder };
  yield* withMissing(recordLines(reading), keeping);
}

async function* toldLines({ module, plan, signal }: Reading): AsyncGenerator<Line, void, undefined> {
  if (module.deleted === undefined) return;
  for await (const deleted of module.deleted({ signal, since: plan.deletedSince }))
    yield deletedLine(module.name, deleted);
}

async function* recordLines({ module, plan, signal, seen }: Reading): AsyncGenerator<Line, void, undefined> {
  const records: AsyncIterable<DataRecord> = module.read({ signal, since: plan.since });
  for await (const record of records) {
    const line = recordLine(module.name, record);
    seen.read++;
    const { updatedAt } = record;
    if (updatedAt !== undefined && updatedAt > (seen.newest ?? -Infinity)) seen.newest = updatedAt;
    yield line;
  }
}

function manifestAfter(
  { module, plan, before, moment, nowMs, overlapMs, seen }: Reading,
  segments: readonly Segment[],
  schema: SourceDetail | undefined,
): ModuleManifest {
  const { newest } = seen;
  const isExact = segments.length <= 1;
  return {
    format: 'holdfast-records',
    version: 0,
    module: module.name,
    reading: plan.reading,
    read: seen.read,
    records: isExact ? segments.flat().reduce((sum, { records }) => sum + records, 0) : undefined,
    deletes: deletesAfter(plan, before),
    deletedSince: seen.deletedSince,
    changesSince: changesSinceNext({ moment, newest, nowMs, overlapMs }),
    newest,
    schema,
    segments,
  };
}

function linesBefore(
  module: string,
  previous: PreviousSource | undefined,
  segments: readonly Segment[],
): AsyncGenerator<Line[], void, undefined> {
  const open = (file: string): PreviousFile => previousFile(previous, `${module}/${file}`);
  return mergeLines(segments.map((segment) => segmentLines(segment, open)));
}

function previousFile(previous: PreviousSource | undefined, path: string): PreviousFile {
  const file = previous?.files.get(path);
  if (file !== undefined) return file;
  throw new BackupError('OBJECT_INVALID', `Expected ${path} in the snapshot before, got none`);
}

/** A file of these bytes. */
async function* once(content: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield content;
}
