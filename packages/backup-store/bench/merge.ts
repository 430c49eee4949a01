// Merges a backup of records with a table of SQLite that was harmed: processor time, and memory above what was there before.
// Usage: node --conditions=source packages/backup-store/bench/merge.ts [RECORDS]      Default: 1000000.
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planRecordRestore, type RecordRestoreOptions, type RecordView, restoreRecords } from '../src/merge/index.ts';
import { type DataRecord, sqliteRecords } from '../src/records/index.ts';

const count = Number(process.argv[2] ?? 1_000_000);
const MIB = 1024 * 1024;
/** One in so many was deleted, overwritten, and worked on since. */
const EVERY = 100;

const dataOf = (n: number): DataRecord['data'] => ({
  id: `stay-${String(n).padStart(9, '0')}`,
  guest: `guest-${n % 5000}`,
  room: n % 400,
  note: 'late arrival, two keys, breakfast at seven',
  changed: 1000,
});

/** The backup, made as it is read. */
const backup: RecordView = {
  modules: async () => await Promise.resolve(['stays']),
  async *read() {
    await Promise.resolve();
    for (let n = 0; n < count; n++) {
      const data = dataOf(n);
      yield { id: (data as { readonly id: string }).id, updatedAt: 1000, data };
    }
  },
};

function harmed(path: string): void {
  const database = new DatabaseSync(path);
  database.exec(
    'PRAGMA journal_mode = WAL; CREATE TABLE stays (id text PRIMARY KEY, guest text, room integer, note text, changed integer)',
  );
  const insert = database.prepare('INSERT INTO stays VALUES (?, ?, ?, ?, ?)');
  database.exec('BEGIN');
  for (let n = 0; n < count; n++) {
    const kind = n % EVERY;
    if (kind === 1) continue;
    const { id, guest, room, note, changed } = dataOf(n) as Record<string, string | number>;
    insert.run(id ?? '', guest ?? '', kind === 2 ? 999 : (room ?? 0), note ?? '', kind === 3 ? 6000 : (changed ?? 0));
  }
  database.exec('COMMIT');
  database.close();
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-merge-'));
try {
  const database = join(folder, 'hotel.db');
  harmed(database);
  const { target } = sqliteRecords({ database, tables: [{ table: 'stays', updatedAt: 'changed' }] });
  const options: RecordRestoreOptions = { mode: 'merge', backup, target, maxConflicts: 10 };
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const processorMs = (): number => Object.values(process.cpuUsage()).reduce((sum, each) => sum + each / 1000, 0);
  const started = processorMs();
  const plan = await planRecordRestore(options);
  const planned = processorMs();
  const { changes } = await restoreRecords(options, { plan });
  const done = processorMs();
  clearInterval(timer);
  const { added, replaced, kept, conflicts } = plan;
  console.log(JSON.stringify({ records: count, added, replaced, kept, conflicts, changes }));
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  console.log(`processor time: plan ${seconds(planned - started)} s, restore ${seconds(done - planned)} s`);
  console.log(`memory: ${Math.round(before / MIB)} MiB before, ${Math.round(peak / MIB)} MiB at most`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
