import type { LogFile } from '../files/log-file.ts';
import { startOfDay } from '../files/log-file.ts';
import { type Block, type Line, linesOf, readBlocks } from '../files/read-blocks.ts';
import { readRecord } from '../record/read-record.ts';
import { RecordView } from './record-view.ts';

/** A record, and where it stands. */
export interface PlacedRecord {
  /** Bytes of the file, uncompressed, before its line. */
  readonly offset: number;
  readonly line: string;
  readonly view: RecordView;
  readonly unparsable: boolean;
  /** Whether it has the time of a line before it. */
  readonly timeless: boolean;
}

/** Reads lines as records: what has no time has that of the line before it. */
export class RecordReader {
  readonly #isAudit: boolean;
  #lastMs: number;

  constructor({ stream, day }: Pick<LogFile, 'stream' | 'day'>) {
    this.#isAudit = stream === 'audit';
    this.#lastMs = startOfDay(day);
  }

  /** `undefined` for what is no record: an empty line, and of an audit file the header and a line without its end, which was never acknowledged. */
  read({ offset, bytes, ended }: Line): PlacedRecord | undefined {
    if (bytes.length === 0 || (this.#isAudit && (offset === 0 || !ended))) return undefined;
    const line = bytes.toString('utf8');
    const { fields, timeMs, unparsable } = readRecord(line);
    this.#lastMs = timeMs ?? this.#lastMs;
    return { offset, line, view: new RecordView(fields, this.#lastMs), unparsable, timeless: timeMs === undefined };
  }
}

/** What is read of a file. */
export interface FileReading {
  /** Of each block the lines that are read. Default: all. */
  readonly choose?: ((block: Block) => Iterable<Line>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The records of a file, in the order of its lines. @throws {LogError} `LOG_UNREADABLE`. */
export async function* fileRecords(
  file: LogFile,
  { choose = linesOf, signal }: FileReading = {},
): AsyncGenerator<PlacedRecord> {
  const reader = new RecordReader(file);
  for await (const block of readBlocks(file, signal)) {
    for (const line of choose(block)) {
      const record = reader.read(line);
      if (record !== undefined) yield record;
    }
  }
}
