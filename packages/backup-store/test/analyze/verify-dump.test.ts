import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type DumpCheck, verifyDump } from '../../src/analyze/index.ts';
import { noise, prose } from '../fixtures/content.ts';
import { failureOf, tempFolder } from '../fixtures/place.ts';
import { clusterDump, mariadbDump, postgresDump, sqliteText } from '../dump/dumps.ts';

type Verdict = DumpCheck['verdict'];

const GOLDEN = readFileSync(new URL('../dump/golden/custom-15.dump', import.meta.url));
const checksummed = (bytes: Uint8Array): Buffer =>
  zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
const dump = Buffer.from(postgresDump(60_000));
const gz = gzipSync(dump);
const zst = checksummed(dump);

const flipped = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] as number) ^ 0x10;
  return copy;
};
const skippable = Buffer.from('502a4d18040000006e6f7465', 'hex');

async function checkOf(content: string | Uint8Array): Promise<DumpCheck> {
  const file = join(tempFolder(), 'dump');
  writeFileSync(file, content);
  return await verifyDump(file);
}

describe('SQL text', () => {
  const whole = postgresDump(3);
  const without = whole.slice(0, whole.indexOf('-- PostgreSQL database dump complete'));
  test.each<[string, string, string, Verdict]>([
    ['a dump with its completion line', whole, 'postgresql', 'sound'],
    ['the same with line ends of Windows', whole.replaceAll('\n', '\r\n'), 'postgresql', 'sound'],
    ['one of before the restricted mode', whole.replaceAll(/\\(un)?restrict AbC123\n/g, ''), 'postgresql', 'sound'],
    ['one without its completion line', without, 'postgresql', 'incomplete'],
    ['one that ends within that line', whole.slice(0, whole.indexOf(' complete\n')), 'postgresql', 'incomplete'],
    ['one followed by something else', `${whole}pg_dump: error\n`, 'postgresql', 'damaged'],
    ['two, the first of which did not finish', without + whole, 'postgresql', 'incomplete'],
    ['one with a hole in it', whole.replace('room 1', '\0\0\0\0\0\0'), 'postgresql', 'damaged'],
    ['a cluster', clusterDump(3), 'postgresql', 'sound'],
    [
      'a cluster that ends with a database',
      clusterDump(3).replace(/--\n-- PostgreSQL database cluster dump complete[^]*/, ''),
      'postgresql',
      'incomplete',
    ],
    ['one of MariaDB', mariadbDump, 'mysql', 'sound'],
    [
      'one of MySQL without dates',
      '-- MySQL dump 10.13  Distrib 8.0.36\nINSERT\n-- Dump completed\n',
      'mysql',
      'sound',
    ],
    ['one of MySQL that did not finish', mariadbDump.replace(/-- Dump completed.*\n/, ''), 'mysql', 'incomplete'],
    ['one of SQLite', sqliteText, 'sqlite-sql', 'sound'],
    ['one of SQLite that was cut', sqliteText.slice(0, -8), 'sqlite-sql', 'incomplete'],
    ['one of a damaged SQLite', sqliteText.replace('COMMIT;', 'ROLLBACK; -- due to errors'), 'sqlite-sql', 'damaged'],
    ['text of no tool', prose(5000, 1).toString(), 'unknown', 'unknown'],
    ['nothing', '', 'unknown', 'unknown'],
  ])('%s', async (_, text, kind, verdict) => {
    expect(await checkOf(text)).toMatchObject({ kind, verdict, bytes: Buffer.byteLength(text) });
  });

  test('a completion line is found wherever buffers end', async () => {
    // The file is read in pieces of 1 MiB.
    const end = '\n--\n-- PostgreSQL database dump complete\n--\n';
    for (let shift = 0; shift <= end.length; shift += 3) {
      const head = '--\n-- PostgreSQL database dump\n--\n';
      const body = 'x'.repeat(1024 * 1024 - head.length - shift);
      expect(await checkOf(head + body + end)).toMatchObject({ verdict: 'sound' });
    }
  });
});

describe('packed files', () => {
  test.each<[string, Buffer, string, Verdict]>([
    ['a dump in gzip', gz, 'postgresql', 'sound'],
    ['two members', Buffer.concat([gz, gz]), 'postgresql', 'sound'],
    ['zeros behind the last member', Buffer.concat([gz, Buffer.alloc(2_000_000)]), 'postgresql', 'sound'],
    ['gzip that was cut', gz.subarray(0, gz.length / 2), 'postgresql', 'incomplete'],
    ['gzip without all of its trailer', gz.subarray(0, -1), 'postgresql', 'incomplete'],
    ['a second member that was cut', Buffer.concat([gz, gz.subarray(0, 7)]), 'postgresql', 'incomplete'],
    ['gzip with a byte changed', flipped(gz, gz.length >> 1), 'postgresql', 'damaged'],
    ['gzip with another CRC-32', flipped(gz, gz.length - 6), 'postgresql', 'damaged'],
    ['gzip with another length', flipped(gz, gz.length - 2), 'postgresql', 'damaged'],
    ['something behind gzip', Buffer.concat([gz, Buffer.from('and more')]), 'postgresql', 'damaged'],
    ['something behind zeros', Buffer.concat([gz, Buffer.alloc(9), gz]), 'postgresql', 'damaged'],
    ['a sound gzip of a dump that did not finish', gzipSync(dump.subarray(0, 90_000)), 'postgresql', 'incomplete'],
    ['gzip of anything', gzipSync(prose(100_000, 1)), 'gzip', 'sound'],
    ['a dump in zstd', zst, 'postgresql', 'sound'],
    [
      'several frames, and one to be skipped',
      Buffer.concat([skippable, checksummed(dump.subarray(0, 70)), checksummed(dump.subarray(70))]),
      'postgresql',
      'sound',
    ],
    ['zstd that was cut', zst.subarray(0, zst.length / 2), 'postgresql', 'incomplete'],
    ['zstd without all of its checksum', zst.subarray(0, -1), 'postgresql', 'incomplete'],
    ['a second frame that was cut', Buffer.concat([zst, zst.subarray(0, 50)]), 'postgresql', 'incomplete'],
    ['zstd with another checksum', flipped(zst, zst.length - 1), 'postgresql', 'damaged'],
    ['zstd with a byte changed', flipped(zst, zst.length >> 1), 'postgresql', 'damaged'],
    ['something behind zstd', Buffer.concat([zst, Buffer.from('and more')]), 'postgresql', 'damaged'],
    ['zstd of anything', checksummed(noise(300_000, 1)), 'zstd', 'sound'],
    ['zstd of anything without a checksum', zstdCompressSync(noise(300_000, 1)), 'zstd', 'unknown'],
    ['a frame to be skipped alone', skippable, 'zstd', 'unknown'],
    ['gzip of zstd of a dump', gzipSync(zst), 'postgresql', 'sound'],
    ['a database in gzip', gzipSync(Buffer.from(`SQLite format 3\0${'x'.repeat(200)}`)), 'sqlite', 'unknown'],
  ])('%s', async (_, content, kind, verdict) => {
    expect(await checkOf(content)).toMatchObject({ kind, verdict });
  });

  test('a header of gzip with all its fields is passed over', async () => {
    const fields = Buffer.from([0x1f, 0x8b, 8, 4 + 8 + 16 + 2, 0, 0, 0, 0, 0, 3, 2, 0, 7, 7, 97, 0, 98, 0, 1, 2]);
    expect(await checkOf(Buffer.concat([fields, gz.subarray(10)]))).toMatchObject({ verdict: 'sound' });
  });

  test('layers are told from outside in', async () => {
    const { layers, bytes } = await checkOf(gz);
    expect(layers.map(({ kind }) => kind)).toEqual(['gzip', 'postgresql']);
    expect(layers.map((layer) => layer.bytes)).toEqual([bytes, dump.length]);
  });

  test('what unpacks to half a gibibyte does so in the memory of a few buffers', async () => {
    const part = checksummed(Buffer.alloc(32 * 1024 * 1024));
    const before = process.memoryUsage().arrayBuffers;
    const { verdict } = await checkOf(Buffer.concat(Array.from({ length: 16 }, () => part)));
    expect(verdict).toBe('sound');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(128 * 1024 * 1024);
  });
});

describe('custom dumps of PostgreSQL', () => {
  test('a dump of pg_dump -Fc is sound, with each entry that has data', async () => {
    const { kind, verdict, detail } = await checkOf(GOLDEN);
    expect({ kind, verdict }).toEqual({ kind: 'postgresql-archive', verdict: 'sound' });
    expect(detail).toContain('archive 1.14, 12 entries, data of all 3 that have some is there and unpacks');
  });

  test('cut anywhere, it is never sound', async () => {
    for (let length = 5; length < GOLDEN.length; length += 53) {
      expect((await checkOf(GOLDEN.subarray(0, length))).verdict).toBe('incomplete');
    }
  });

  test('a changed byte in the data of a table shows', async () => {
    // Where zlib's streams begin: 0x78.
    const at = GOLDEN.lastIndexOf(Buffer.from([0x78, 0x9c]));
    for (const offset of [4, 9, 14]) {
      expect((await checkOf(flipped(GOLDEN, at + offset))).verdict).not.toBe('sound');
    }
  });

  test('a version of later is unknown', async () => {
    expect((await checkOf(Buffer.concat([Buffer.from('PGDMP\x01\x20'), GOLDEN.subarray(7)]))).verdict).toBe('unknown');
  });
});

describe('databases of SQLite', () => {
  const database = (): string => {
    const file = join(tempFolder(), 'app.db');
    const made = new DatabaseSync(file);
    made.exec('PRAGMA page_size = 1024; CREATE TABLE t(a, b); CREATE INDEX i ON t(b)');
    const insert = made.prepare('INSERT INTO t VALUES (?, ?)');
    for (let row = 0; row < 200; row++) insert.run(row, `row ${row}`);
    made.close();
    return file;
  };

  test('a whole one is sound, and nothing is made beside it', async () => {
    const file = database();
    expect(await verifyDump(file)).toMatchObject({ kind: 'sqlite', verdict: 'sound' });
    expect(readdirSync(join(file, '..'))).toEqual(['app.db']);
  });

  test('one that was cut is incomplete, one with a page of something else damaged', async () => {
    const bytes = readFileSync(database());
    expect((await checkOf(bytes.subarray(0, bytes.length - 1024))).verdict).toBe('incomplete');
    const other = Buffer.from(bytes);
    other.fill(0x55, 3072, 4096);
    expect((await checkOf(other)).verdict).toBe('damaged');
  });

  test('one that was copied while it was open is unknown: its log belongs to it', async () => {
    const file = database();
    const open = new DatabaseSync(file);
    open.exec('PRAGMA journal_mode = WAL; INSERT INTO t VALUES (1, 2)');
    const check = await verifyDump(file);
    const names = readdirSync(join(file, '..'));
    open.close();
    expect(check).toMatchObject({ kind: 'sqlite', verdict: 'unknown' });
    expect(names).toEqual(['app.db', 'app.db-shm', 'app.db-wal']);
  });
});

describe('what is no file, and calls that end', () => {
  test('a missing file and a folder are PATH_FAILED', async () => {
    const folder = tempFolder();
    expect(await failureOf(verifyDump(join(folder, 'none')))).toMatchObject({ code: 'PATH_FAILED' });
    expect(await failureOf(verifyDump(folder))).toMatchObject({ code: 'PATH_FAILED' });
  });

  test('a signal ends it', async () => {
    const file = join(tempFolder(), 'dump');
    writeFileSync(file, Buffer.concat([dump, dump, dump]));
    const ended = new AbortController();
    const onProgress = (): void => ended.abort();
    expect(await failureOf(verifyDump(file, { signal: ended.signal, onProgress }))).toMatchObject({ code: 'ABORTED' });
    expect(await failureOf(verifyDump(file, { signal: AbortSignal.abort() }))).toMatchObject({ code: 'ABORTED' });
  });
});
