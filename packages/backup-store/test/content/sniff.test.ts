import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { entropyOf, count, isRandom, newHistogram } from '../../src/content/entropy.ts';
import { sniff } from '../../src/content/sniff.ts';
import { noise, prose } from '../fixtures/content.ts';
import { tempFolder } from '../fixtures/place.ts';
import { mariadbDump, postgresDump } from '../dump/dumps.ts';

const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const kindOf = (head: string | Buffer, name = 'file'): string => {
  const { kind, format } = sniff(Buffer.from(head).subarray(0, 4096), name);
  return `${kind} ${format}`;
};

function sqliteFile(): Buffer {
  const file = join(tempFolder(afterAll), 'a.db');
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE t(a)');
  database.close();
  return readFileSync(file);
}

function safetensors(): Buffer {
  const header = '{"weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), noise(8, 1)]);
}

function tarFile(): Buffer {
  const folder = tempFolder(afterAll);
  return execFileSync('tar', ['-c', '-C', folder, '.']);
}

test.each<[string, string | Buffer, string]>([
  ['what gzip makes', gzipSync('x'), 'packed gzip'],
  ['what zstd makes', zstdCompressSync(Buffer.from('x')), 'packed zstd'],
  ['a database of SQLite', sqliteFile(), 'database sqlite'],
  ['the program that runs this', readFileSync(process.execPath).subarray(0, 4096), 'executable elf'],
  ['what tar makes', tarFile(), 'tar tar'],
  ['safetensors', safetensors(), 'model safetensors'],
  ['an archive of a jar or a document', latin('PK\x03\x04\x14\0'), 'packed zip'],
  ['a PNG', latin('\x89PNG\r\n\x1a\n\0\0\0\rIHDR'), 'image png'],
  ['a WebP, which is RIFF', latin('RIFF\x10\0\0\0WEBPVP8 '), 'image webp'],
  ['a WAV, which is as well', latin('RIFF\x10\0\0\0WAVEfmt '), 'audio wav'],
  ['an MP4', latin('\0\0\0\x20ftypisom\0\0'), 'video mp4'],
  ['Parquet', latin('PAR1\x15\x04'), 'columnar parquet'],
  ['a custom dump', latin('PGDMP\x01\x0e'), 'sql-dump pg_dump'],
  ['a file of Redis', latin('REDIS0011\xfa'), 'database redis'],
  ['a dump of PostgreSQL', postgresDump(100), 'sql-dump sql'],
  ['a dump of MariaDB', mariadbDump, 'sql-dump sql'],
  ['JSON', '{\n  "name": "x",\n  "list": [1, 2]\n}\n', 'json json'],
  ['JSON Lines', '{"id":1}\n{"id":2}\n{"id":3}\n{"id":4}\n', 'json json'],
  ['CSV', 'id,name,since\n1,a,2026\n2,b,2026\n3,c,2026\n', 'table csv'],
  ['TSV', 'id\tname\tsince\n1\ta\t2026\n2\tb\t2026\n3\tc\t2026\n', 'table tsv'],
  ['a log', '2026-11-27T03:00:00Z INFO begun\n'.repeat(9), 'log log'],
  ['a log of JSON', '{"level":30,"time":1732676400000,"msg":"begun"}\n'.repeat(9), 'log log'],
  ['a log of a web server', '10.0.0.1 - - [27/Nov/2026:03:00:00 +0000] "GET / HTTP/1.1" 200 5\n'.repeat(9), 'log log'],
  ['a page', '<!doctype html>\n<html><body>x</body></html>', 'markup xml'],
  ['source code', "import { x } from 'y';\nexport const z = x();\n", 'source source'],
  ['prose', prose(5000, 1), 'text text'],
  ['prose whose last character is cut', Buffer.from(`${'a'.repeat(4095)}é`), 'text text'],
  ['noise', noise(4096, 1), 'random random'],
  ['numbers of 32 bits', Buffer.from(new Uint32Array(1024).map((_, at) => at * 3).buffer), 'binary binary'],
  ['a little noise, of which nothing can be said', noise(100, 3), 'binary binary'],
])('%s is known', (_, head, expected) => {
  expect(kindOf(head)).toBe(expected);
});

test('a name tells among texts, and nothing against magic numbers', () => {
  expect(kindOf('x = 1\n', 'settings.py')).toBe('source source');
  expect(kindOf(gzipSync('x'), 'settings.py')).toBe('packed gzip');
});

describe('entropy', () => {
  const bitsOf = (bytes: Uint8Array): number => {
    const histogram = newHistogram();
    count(histogram, bytes);
    return entropyOf(histogram);
  };

  test('is 0 for one value, 1 for two, 8 for all equally often', () => {
    expect(bitsOf(Buffer.alloc(1000, 7))).toBe(0);
    expect(bitsOf(Buffer.from('ab'.repeat(500)))).toBe(1);
    expect(bitsOf(Buffer.from(Array.from({ length: 2560 }, (_, at) => at % 256)))).toBeCloseTo(8, 10);
  });

  test('noise is told from text and from packed numbers at every size that is judged', () => {
    for (const size of [1024, 4096, 100_000]) {
      for (let seed = 0; seed < 20; seed++) expect(isRandom(noise(size, seed))).toBe(true);
      expect(isRandom(prose(size, size))).toBe(false);
      expect(isRandom(Buffer.from(noise(size, 1).map((byte) => byte & 127)))).toBe(false);
    }
  });
});
