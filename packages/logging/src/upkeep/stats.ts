import { stat } from 'node:fs/promises';
import { LogError } from '../errors.ts';
import { listFiles, type LogFile, STREAMS, type StreamName } from '../files/log-file.ts';
import { loadIndex } from '../search/file-index.ts';
import { fileRecords } from '../search/file-records.ts';

/** What there is of a stream. */
export interface StreamStatistics {
  readonly stream: StreamName;
  readonly files: number;
  /** As they are stored. */
  readonly bytes: number;
  readonly records: number;
  /** Lines that are no JSON objects; they are records, too. */
  readonly unparsable: number;
  /** ISO 8601; `undefined` where there is no record. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Files that can't be read to their end. */
  readonly unreadable: number;
}

interface Counts {
  files: number;
  bytes: number;
  records: number;
  unparsable: number;
  fromMs: number;
  toMs: number;
  unreadable: number;
}

/** Counts what there is. Closed files have an index that says so; others are read. */
export async function logStatistics(directory: string): Promise<readonly StreamStatistics[]> {
  const all: StreamStatistics[] = [];
  for (const stream of STREAMS) {
    const counts: Counts = {
      files: 0,
      bytes: 0,
      records: 0,
      unparsable: 0,
      fromMs: Infinity,
      toMs: -Infinity,
      unreadable: 0,
    };
    for (const file of await listFiles(directory, stream)) {
      counts.files += 1;
      counts.bytes += (await stat(file.path).catch(() => ({ size: 0 }))).size;
      await countFile(file, counts);
    }
    const { fromMs, toMs, ...numbers } = counts;
    const iso = (ms: number): string | undefined => (Number.isFinite(ms) ? new Date(ms).toISOString() : undefined);
    all.push({ stream, ...numbers, from: iso(fromMs), to: iso(toMs) });
  }
  return all;
}

async function countFile(file: LogFile, counts: Counts): Promise<void> {
  const index = await loadIndex(file);
  if (index !== undefined) {
    counts.records += index.records;
    counts.unparsable += index.unparsable;
    counts.fromMs = Math.min(counts.fromMs, index.fromMs ?? Infinity);
    counts.toMs = Math.max(counts.toMs, index.toMs ?? -Infinity);
    return;
  }
  try {
    for await (const { view, unparsable } of fileRecords(file)) {
      counts.records += 1;
      if (unparsable) counts.unparsable += 1;
      counts.fromMs = Math.min(counts.fromMs, view.atMs);
      counts.toMs = Math.max(counts.toMs, view.atMs);
    }
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    counts.unreadable += 1;
  }
}
