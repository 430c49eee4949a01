// A large dump of PostgreSQL, streamed into a repository and out of it: MB/s beside `pg_dump > /dev/null`, and the peak memory of the
// process after each gigabyte. It makes a server of its own in the folder for temporary files, which needs about twice the room of the dump.
// Usage (after a build): node --conditions=source packages/backup-store/bench/postgres-dump.ts [--gb 5]
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { startPostgres, type TestServer } from '../../../tooling/test-servers/postgres.ts';
import type { BackupSource } from '../src/index.ts';

const GB = 1e9;
const DATABASE = 'large';
/** Rows that tell how long a row is in a dump. */
const SAMPLE_ROWS = 50_000;

/** A row of about a kilobyte: half of it random, the other half text that comes back with other numbers. */
const rowsOf = (count: number): string => `SELECT i, now() - i * interval '1 second',
  translate(encode(gen_random_bytes(384), 'base64'), E'\\n', ''),
  'booking ' || i || ': ' || repeat('arrival by train, a room to the garden, breakfast at seven; guest ' || i::bigint * 7919 % 500000 || '. ', 6)
  FROM generate_series(1, ${count}) i`;

interface Place {
  readonly folder: string;
  readonly connection: TestServer['connection'];
}

/** What a step has found. */
interface Figures {
  readonly seconds: number;
  readonly bytes: number;
  readonly sha256?: string;
  /** Bytes of memory at most, until this many gigabytes had passed, and in the end. */
  readonly peaks?: readonly number[];
  readonly stored?: number;
}

/** Both halves of the rows at once: a statement has one processor. */
async function fill(server: TestServer, gigabytes: number): Promise<void> {
  server.sql('postgres', `CREATE DATABASE ${DATABASE}`);
  server.sql(DATABASE, 'CREATE EXTENSION pgcrypto');
  const columns = '(id int, at timestamptz, token text, note text)';
  server.sql(DATABASE, `CREATE UNLOGGED TABLE part_0 ${columns}; INSERT INTO part_0 ${rowsOf(SAMPLE_ROWS)}`);
  const bytesOfRow = dumpToNowhere(server, true).bytes / SAMPLE_ROWS;
  const rows = Math.ceil((gigabytes * GB) / bytesOfRow / 2);
  const { host, port, user, password, binDirectory } = server.connection;
  const sql = (text: string): Promise<unknown> =>
    promisify(execFile)(
      join(binDirectory, 'psql'),
      ['-Xq', '-h', host, '-p', String(port), '-U', user, '-c', text, DATABASE],
      {
        env: { ...process.env, PGPASSWORD: password },
      },
    );
  await Promise.all(
    [1, 2].map((part) =>
      sql(`CREATE UNLOGGED TABLE part_${part} ${columns}; INSERT INTO part_${part} ${rowsOf(rows)}`),
    ),
  );
  server.sql(DATABASE, 'DROP TABLE part_0; CHECKPOINT');
}

/** `pg_dump` by itself. */
function dumpToNowhere({ connection }: Pick<TestServer, 'connection'>, isCounted: boolean): Figures {
  const { host, port, user, password, binDirectory } = connection;
  const dump = `'${binDirectory}/pg_dump' -h ${host} -p ${port} -U ${user} ${DATABASE}`;
  const began = performance.now();
  const { status, stdout } = spawnSync('sh', ['-c', isCounted ? `${dump} | wc -c` : `${dump} > /dev/null`], {
    env: { ...process.env, PGPASSWORD: password },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`Expected pg_dump to end well, got ${status}`);
  return { seconds: (performance.now() - began) / 1000, bytes: Number(stdout) };
}

/** The most memory that this process has had so far, in bytes. */
function peak(): number {
  const [, kibibytes = '0'] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}

/** Counts and digests what passes. */
class Meter {
  readonly #hash = createHash('sha256');
  readonly #peaks: number[] = [];
  readonly #began = performance.now();
  #bytes = 0;

  async *through(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of stream) {
      this.#hash.update(piece);
      this.#bytes += piece.length;
      if (this.#bytes / GB >= this.#peaks.length + 1) this.#peaks.push(peak());
      yield piece;
    }
  }

  figures(): Figures {
    const seconds = (performance.now() - this.#began) / 1000;
    return { seconds, bytes: this.#bytes, sha256: this.#hash.digest('hex'), peaks: [...this.#peaks, peak()] };
  }
}

/** The same source, whose content passes a meter. */
function metered(source: BackupSource, meter: Meter): BackupSource {
  return {
    ...source,
    async *read(run) {
      for await (const entry of source.read(run)) yield { ...entry, content: meter.through(entry.content) };
    },
  };
}

/** A step that runs in a process of its own, so that its memory is its own. */
async function step(name: string, { folder, connection }: Place): Promise<Figures> {
  const dist = (file: string): string => new URL(`../dist/${file}.js`, import.meta.url).href;
  const { createRepository, openRepository } = (await import(dist('index'))) as typeof import('../src/index.ts');
  const { postgresSource } = (await import(dist('postgres'))) as typeof import('../src/postgres/index.ts');
  const place = { store: join(folder, 'store'), cacheDirectory: join(folder, 'cache') };
  const keyFile = join(folder, 'key');
  const meter = new Meter();
  if (name === 'backup') {
    const { repository } = await createRepository({ ...place, keyFile, recoveryCode: false });
    await using open = repository;
    const source = metered(postgresSource({ ...connection, database: DATABASE }), meter);
    const { status, counts } = await open.backup({ sources: [source] });
    if (status !== 'ok') throw new Error(`Expected a backup without failures, got ${status}`);
    return { ...meter.figures(), stored: counts.bytesStored };
  }
  await using open = await openRepository({ ...place, unlock: { keyFile } });
  for await (const piece of meter.through(open.read('latest', { path: `postgres/${DATABASE}.sql` }))) void piece;
  return meter.figures();
}

function inProcess(name: string, place: Place): Figures {
  const args = ['--conditions=source', process.argv[1] ?? '', '--step', name, '--place', JSON.stringify(place)];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`The step ${name} ended with ${status}`);
  return JSON.parse(stdout) as Figures;
}

function tell(rows: readonly (readonly [string, Figures])[], bytes: number): void {
  const load = loadavg()[0]?.toFixed(1);
  console.log(`A dump of ${(bytes / GB).toFixed(2)} GB; ${load} processes wanted a processor in the last minute.\n`);
  console.log('| what | s | MB/s | MB stored | peak memory, MiB, after each GB |\n| --- | --: | --: | --: | --- |');
  for (const [what, { seconds, stored, peaks = [] }] of rows) {
    const memory = peaks.map((each) => (each / 2 ** 20).toFixed(0)).join(', ');
    const size = stored === undefined ? '' : (stored / 1e6).toFixed(0);
    console.log(`| ${what} | ${seconds.toFixed(1)} | ${(bytes / 1e6 / seconds).toFixed(0)} | ${size} | ${memory} |`);
  }
}

async function compare(gigabytes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-dump-'));
  const server = await startPostgres(folder);
  try {
    await fill(server, gigabytes);
    const place = { folder, connection: server.connection };
    const alone = dumpToNowhere(server, false);
    const backup = inProcess('backup', place);
    const again = dumpToNowhere(server, false);
    const restore = inProcess('restore', place);
    if (restore.sha256 !== backup.sha256 || restore.bytes !== backup.bytes)
      throw new Error(`Expected the dump of ${backup.bytes} bytes back, got ${restore.bytes} other ones`);
    const rows = [
      ['`pg_dump > /dev/null`', alone],
      ['backup of that dump', backup],
      ['`pg_dump > /dev/null`, again', again],
      ['reading it back, digest compared', restore],
    ] as const;
    tell(rows, backup.bytes);
  } finally {
    server.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: { gb: { type: 'string', default: '5' }, step: { type: 'string' }, place: { type: 'string' } },
});
if (values.step === undefined) await compare(Number(values.gb));
else console.log(JSON.stringify(await step(values.step, JSON.parse(values.place ?? '') as Place)));
