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
