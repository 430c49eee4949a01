import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { DumpFlaw } from './flaw.ts';
import type { StreamCheck } from './stream-check.ts';

/** Whether this begins a database of SQLite. */
export const isSqlite = (head: Buffer): boolean => head.toString('latin1', 0, 16) === 'SQLite format 3\0';

/**
 * The thread of a check, which SQLite does in one call. As text, since a bundler that moves this file would lose one of its
 * own. Node's remark that its SQLite is new is for nobody.
 */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads');
process.removeAllListeners('warning');
try {
  const { DatabaseSync } = require('node:sqlite');
  const database = new DatabaseSync(new URL(workerData), { readOnly: true, allowExtension: false });
  const rows = database.prepare('PRAGMA integrity_check(10)').all();
  parentPort.postMessage({ problems: rows.map((row) => row.integrity_check).filter((text) => text !== 'ok') });
} catch (error) {
  parentPort.postMessage({ problems: [error.message], code: error.code });
}`;

interface Answer {
  readonly problems: readonly string[];
  readonly code?: string | undefined;
}

async function integrityOf(path: string, signal: AbortSignal | undefined): Promise<Answer> {
  // Nothing is written beside what is opened as immutable, and no lock is taken.
  const url = pathToFileURL(path);
  url.search = 'immutable=1&mode=ro';
  const worker = new Worker(THREAD, { eval: true, workerData: url.href });
  worker.unref();
  try {
    const [answer] = (await once(worker, 'message', { signal })) as [Answer];
    return answer;
  } finally {
    void worker.terminate();
  }
}

/** What lies beside a database that was not closed: it is only whole together with it. */
async function companion(path: string): Promise<string | undefined> {
  for (const end of ['-wal', '-journal']) {
    const facts = await stat(path + end).catch(() => undefined);
    if (facts !== undefined && facts.size > 0) return end;
  }
  return undefined;
}

/** Bytes that the header says there are, if what wrote last kept that up to date (file format, section 1.3.7). */
function saidSize(head: Buffer): number | undefined {
  const size = head.readUInt16BE(16);
  const pages = head.readUInt32BE(28);
  const current = head.readUInt32BE(24) === head.readUInt32BE(92);
  return current && pages > 0 ? pages * (size === 1 ? 65_536 : size) : undefined;
}

const HEADER_BYTES = 100;

/**
 * Compares the size of a database that passes with what its header says. What SQLite itself would find needs the file. Finds
 * `incomplete`.
 */
export function sqliteSizeCheck(): StreamCheck {
  let head: Buffer = Buffer.alloc(0);
  let bytes = 0;
  return {
    push(piece) {
      if (head.length < HEADER_BYTES) head = Buffer.concat([head, piece.subarray(0, HEADER_BYTES - head.length)]);
      bytes += piece.length;
    },
    end() {
      const said = head.length < HEADER_BYTES ? HEADER_BYTES : saidSize(head);
      if (said !== undefined && bytes !== said)
        throw new DumpFlaw('incomplete', `the database has ${bytes} bytes of the ${said} that its header says`);
      return `${bytes} bytes, ${said === undefined ? 'and its header does not say how many there are' : 'as its header says'}`;
    },
  };
}

/**
 * Asks SQLite (`PRAGMA integrity_check`) about the file as it is, in a thread, without making anything beside it.
 *
 * @param head The first bytes, 100 if there are as many.
 * @throws {DumpFlaw} `damaged`, `incomplete`; `unknown` when the database was not closed, or this Node has no SQLite.
 */
export async function checkSqlite(path: string, head: Buffer, signal: AbortSignal | undefined): Promise<string> {
  const { size } = await stat(path);
  const said = head.length < HEADER_BYTES ? HEADER_BYTES : saidSize(head);
  if (said !== undefined && size < said)
    throw new DumpFlaw('incomplete', `the database has ${size} bytes of the ${said} that its header says`);
  const { problems, code } = await integrityOf(path, signal);
  const lines = problems.flatMap((text) => text.split('\n')).filter((line) => !line.startsWith('***'));
  if (code === 'ERR_UNKNOWN_BUILTIN_MODULE') throw new DumpFlaw('unknown', 'this Node was built without SQLite');
  if (problems.length > 0) throw new DumpFlaw('damaged', `SQLite says: ${lines.slice(0, 3).join('; ')}`);
  const beside = await companion(path);
  if (beside !== undefined)
    throw new DumpFlaw(
      'unknown',
      `the file itself is well, but "${beside}" beside it holds what belongs to it: it was copied or left while it was open`,
    );
  return 'integrity_check of SQLite finds nothing';
}
