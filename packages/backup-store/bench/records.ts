// A million records of about 200 bytes: backed up in full, with one of a hundred changed, with nothing changed, and read back. Each
// step is a process of its own, so that its peak memory is its own. Build first: what is measured is what was built.
// Usage: node bench/records.ts [COUNT] [sqlite|postgres]      PostgreSQL: with the PG… variables of `pg`, in a schema of its own.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';

const ENGINE = new URL('../dist/index.js', import.meta.url).href;
const RECORDS = new URL('../dist/records.js', import.meta.url).href;

const [countText = '1000000', kind = 'sqlite', step, folder = '', schema = ''] = process.argv.slice(2);
const count = Number(countText);
const TEXT = 'arrival by train, a room to the garden, no feathers, breakfast at seven';

async function fill(): Promise<void> {
  if (kind === 'postgres') {
    const client = await connect();
    await client.query(`CREATE SCHEMA ${schema}`);
    await client.query(
      `CREATE TABLE ${schema}.bookings (id text PRIMARY KEY, updated_at timestamptz, guest int, room int, price numeric(10, 2), note text)`,
    );
    await client.query(`INSERT INTO ${schema}.bookings SELECT 'b-' || md5(i::text), now() - interval '1 day' + i * interval '10 ms',
      i * 7919 % 500000, i % 400, (i % 30000) / 100.0, '${TEXT} ' || md5(i::text || 'n') FROM generate_series(1, ${count}) i`);
    await client.end();
    return;
  }
  const database = new DatabaseSync(join(folder, 'bench.db'));
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; CREATE TABLE bookings (id TEXT PRIMARY KEY, updated_at INTEGER, guest INTEGER,
    room INTEGER, price REAL, note TEXT); BEGIN`);
  const statement = database.prepare('INSERT INTO bookings VALUES (?, ?, ?, ?, ?, ?)');
  const start = Date.now() - 86_400_000;
  for (let i = 0; i < count; i++)
    statement.run(
      `b-${randomBytes(16).toString('hex')}`,
      start + i,
      (i * 7919) % 500_000,
      i % 400,
      (i % 30_000) / 100,
      `${TEXT} ${randomBytes(16).toString('hex')}`,
    );
  database.exec('COMMIT');
  database.close();
}

async function change(): Promise<void> {
  if (kind === 'postgres') {
    const client = await connect();
    await client.query(
      `UPDATE ${schema}.bookings SET room = room + 1, updated_at = clock_timestamp() WHERE guest % 100 = 7`,
    );
    await client.end();
    return;
  }
  const database = new DatabaseSync(join(folder, 'bench.db'));
  database.prepare('UPDATE bookings SET room = room + 1, updated_at = ? WHERE guest % 100 = 7').run(Date.now());
  database.close();
}

async function connect(): Promise<Client> {
  const client = new Client();
  await client.connect();
  return client;
}

async function repositoryStep(): Promise<object> {
  const { createRepository, openRepository } = (await import(ENGINE)) as typeof import('../src/index.ts');
  const records = (await import(RECORDS)) as typeof import('../src/records/index.ts');
  const place = { store: join(folder, 'store'), cacheDirectory: join(folder, 'cache') };
  const keyFile = join(folder, 'key');
  if (step === 'create') {
    await (await createRepository({ ...place, keyFile, recoveryCode: false })).repository.close();
    return {};
  }
  await using repository = await openRepository({ ...place, unlock: { keyFile } });
  const started = performance.now();
  const before = process.cpuUsage();
  const cpu = (): number => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  if (step === 'read') {
    let read = 0;
    for await (const record of records.readRecords(repository, 'latest', { module: 'bookings' }))
      read += record.id === '' ? 0 : 1;
    return { ms: performance.now() - started, cpu: cpu(), read };
  }
  const table = { table: 'bookings', updatedAt: 'updated_at' };
  const client = kind === 'postgres' ? await connect() : undefined;
  const deletedAt = step?.endsWith('soft') === true ? { deletedAt: 'deleted_at' } : {};
  const { source } =
    client === undefined
      ? records.sqliteRecords({ database: join(folder, 'bench.db'), tables: [{ ...table, ...deletedAt }] })
      : records.postgresRecords({ client, tables: [{ ...table, ...deletedAt, schema }] });
  const { sources, counts } = await repository.backup({
    sources: [records.recordsSource({ ...source })],
    reading: step === 'full' ? 'all' : 'changed',
  });
  await client?.end();
  return {
    ms: performance.now() - started,
    cpu: cpu(),
    read: sources[0]?.details?.['read'],
    stored: counts.bytesStored,
  };
}

function measure(name: string): { ms: number; cpu: number; read: number; stored?: number; mib: number } {
  const args = [process.argv[1], countText, kind, name, folder || scratch, schema || schemaName];
  const result = spawnSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  if (result.status !== 0) throw new Error(`The step ${name} ended with ${result.status}`);
  return JSON.parse(result.stdout || '{}') as ReturnType<typeof measure>;
}

const scratch = step === undefined ? mkdtempSync(join(process.env['TMPDIR'] ?? tmpdir(), 'holdfast-records-')) : '';
const schemaName = `bench_${randomBytes(4).toString('hex')}`;

function run(): void {
  measure('fill');
  measure('create');
  if (kind === 'sqlite')
    console.log(`${count} rows, ${(statSync(join(scratch, 'bench.db')).size / 1e6).toFixed(0)} MB of SQLite`);
  console.log(
    '| what | seconds | processor, s | records read | MB stored | peak memory, MiB |\n| --- | --: | --: | --: | --: | --: |',
  );
  const row = (label: string, name: string): void => {
    const { ms, cpu, read, stored, mib } = measure(name);
    const figures = [ms / 1000, cpu / 1000].map((each) => each.toFixed(1));
    console.log(
      `| ${label} | ${figures.join(' | ')} | ${read} | ${((stored ?? 0) / 1e6).toFixed(1)} | ${mib.toFixed(0)} |`,
    );
  };
  row('all of them', 'full');
  measure('change');
  row('1 % changed, ids compared', 'changed');
  row('nothing changed, ids compared', 'changed');
  // With a column that marks deleted rows, their ids need not be compared.
  measure('mark');
  row('all of them, with a column for deletions', 'full-soft');
  measure('change');
  row('1 % changed, with a column for deletions', 'changed-soft');
  row('reading all back', 'read');
}

async function mark(): Promise<void> {
  if (kind === 'postgres') {
    const client = await connect();
    await client.query(`ALTER TABLE ${schema}.bookings ADD deleted_at timestamptz`);
    await client.end();
  } else new DatabaseSync(join(folder, 'bench.db')).exec('ALTER TABLE bookings ADD deleted_at INTEGER');
}

async function drop(): Promise<void> {
  if (kind !== 'postgres') return;
  const client = await connect();
  await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
  await client.end();
}

if (step === undefined) {
  try {
    run();
  } finally {
    measure('drop');
    rmSync(scratch, { recursive: true, force: true });
  }
} else {
  const steps: Readonly<Record<string, () => Promise<object | void>>> = { fill, change, mark, drop };
  const figures = await (steps[step] ?? repositoryStep)();
  console.log(JSON.stringify({ ...figures, mib: process.resourceUsage().maxRSS / 1024 }));
}
