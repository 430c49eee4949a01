import { Crc64 } from '../../src/dump/crc64.ts';
/** A PostgreSQL dump as `pg_dump` 15 writes it, with `rows` lines of data. */
export function postgresDump(rows: number): string {
  const data = Array.from({ length: rows }, (_, row) => `${row}\troom ${row}\t2026-11-${(row % 28) + 1}`);
  return [
    '--\n-- PostgreSQL database dump\n--\n',
    '\\restrict AbC123\n',
    '-- Dumped from database version 15.20\n',
    'COPY public.rooms (id, name, since) FROM stdin;',
    ...data,
    '\\.\n\n',
    '--\n-- PostgreSQL database dump complete\n--\n',
    '\\unrestrict AbC123\n\n',
  ].join('\n');
}

/** A cluster dump of `pg_dumpall`: dumps within a dump. */
export function clusterDump(databases: number): string {
  const inner = Array.from({ length: databases }, () => postgresDump(3)).join('\n');
  return `--\n-- PostgreSQL database cluster dump\n--\n\n${inner}\n--\n-- PostgreSQL database cluster dump complete\n--\n\n`;
}

/** As `mariadb-dump` writes it. */
export const mariadbDump = `/*M!999999\\- enable the sandbox mode */\n-- MariaDB dump 10.19  Distrib 10.11.6-MariaDB\n--\nINSERT INTO \`rooms\` VALUES (1,'a');\n-- Dump completed on 2026-11-27  3:00:01\n`;

/** As `sqlite3 FILE .dump` writes it. */
export const sqliteText = 'PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t(a);\nCOMMIT;\n';

const crcOf = (bytes: Uint8Array): bigint => {
  const crc = new Crc64();
  crc.push(bytes);
  return crc.value;
};

/** An RDB file of one string, of a version with or (below 5) without a checksum. */
export function rdbOf(value: Buffer, version = 10, checksum?: bigint): Buffer {
  const length = Buffer.alloc(5, 0x80);
  length.writeUInt32BE(value.length, 1);
  const body = Buffer.concat([
    Buffer.from(`REDIS${String(version).padStart(4, '0')}`),
    Buffer.from([0xfe, 0, 0, 1, 97]),
    length,
    value,
    Buffer.from([0xff]),
  ]);
  const end = Buffer.alloc(8);
  end.writeBigUInt64LE(checksum ?? crcOf(body));
  return version < 5 ? body : Buffer.concat([body, end]);
}
