import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connectionArguments, connectionParts } from '../../src/mysql/connection.ts';
import { dumpArguments } from '../../src/mysql/dump-options.ts';
import { mysqlSource } from '../../src/mysql/index.ts';
import { loadable } from '../../src/mysql/loadable.ts';
import { programVersionOf, serverVersionOf } from '../../src/mysql/version.ts';
import { listOf } from '../fixtures/place.ts';
import { streamOf } from '../fixtures/stream-source.ts';

const invalid: unknown = expect.objectContaining({ code: 'INVALID_OPTION' });
const CHARSET = '--default-character-set=utf8mb4';

describe('a connection', () => {
  it.each([
    [
      'mysql://me:p%40ss@db.example:3307/shop',
      ['--no-defaults', '--host=db.example', '--port=3307', '--user=me', '--protocol=tcp'],
    ],
    ['mariadb://me@localhost/shop', ['--host=localhost', '--user=me']],
    ['mysql://[::1]/a%2Fb', ['--host=::1']],
    ['mysql:///shop?socket=/run/s&option-file=/etc/my.cnf', ['--defaults-file=/etc/my.cnf', '--socket=/run/s']],
    [
      'mysql://h/d?ssl-mode=verify-ca&ssl-ca=/ca.pem',
      ['--host=h', '--ssl', '--ssl-verify-server-cert', '--ssl-ca=/ca.pem'],
    ],
  ])('%s becomes arguments without its password', (url, expected) => {
    expect(connectionArguments(connectionParts({ url }), 'mariadb')).toEqual([...expected, CHARSET]);
  });

  it('is encrypted as the family of the program says it', () => {
    const parts = connectionParts({ url: 'mysql://h/d', tls: 'verify-identity' });
    expect(connectionArguments(parts, 'mysql')).toEqual(['--host=h', '--ssl-mode=VERIFY_IDENTITY', CHARSET]);
  });

  it('has fields that count more than its URL', () => {
    const parts = connectionParts({ url: 'mysql://a:b@c/d', user: 'me', password: 'mine', port: 1 });
    expect(parts).toEqual({ host: 'c', user: 'me', password: 'mine', database: 'd', port: 1 });
  });

  it.each([
    'postgres://a/b',
    'shop',
    'mysql://a/b?sslmode=x',
    'mysql://a/b?ssl-mode=x',
    'mysql://a:secret@ b/',
    'mysql://a:secret%zz@b/',
  ])('%s is refused', (url) => {
    expect(() => mysqlSource({ url })).toThrow(invalid);
    expect(() => mysqlSource({ url })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') as string }),
    );
  });
});

describe('versions', () => {
  it.each([
    [
      'mariadb-dump  Ver 10.19 Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)',
      '10.11.6-MariaDB',
      10,
      'mariadb',
    ],
    ['mariadb-dump from 11.4.2-MariaDB, client 10.19 for Linux (x86_64)', '11.4.2-MariaDB', 11, 'mariadb'],
    ['mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)', '8.0.36', 8, 'mysql'],
    ['mysqldump  Ver 10.13 Distrib 5.7.44, for Linux (x86_64)', '5.7.44', 5, 'mysql'],
  ])('%s', (text, version, major, family) => {
    expect(programVersionOf(text)).toEqual({ version, major, family });
  });

  it('of servers are told as they are', () => {
    expect(serverVersionOf('5.5.5-10.3.39-MariaDB')).toEqual({
      version: '10.3.39-MariaDB',
      major: 10,
      family: 'mariadb',
    });
    expect(serverVersionOf('8.4.0')).toEqual({ version: '8.4.0', major: 8, family: 'mysql' });
    expect(programVersionOf('pg_dump (PostgreSQL) 15.4')).toBeUndefined();
  });
});

describe('a dump', () => {
  const mysql = { version: '8.0.36', major: 8, family: 'mysql' as const };
  const mariadb = { version: '10.11.6-MariaDB', major: 10, family: 'mariadb' as const };
  const one = (
    choice: object,
    versions: Parameters<typeof dumpArguments>[1] = { dump: mariadb, server: mariadb },
  ): string[] => dumpArguments({ database: 'shop', excludeTables: [], ...choice }, versions);

  it('is of one state, does not lock, and has its options before its names', () => {
    expect(one({})).toEqual(
      expect.arrayContaining(['--single-transaction', '--routines', '--events', '--skip-dump-date']),
    );
    expect(one({ excludeTables: ['t'] }).slice(-3)).toEqual(['--ignore-table=shop.t', '--', 'shop']);
    expect(one({ tables: ['a', '-b'] }).slice(-4)).toEqual(['--', 'shop', 'a', '-b']);
    expect(one({ tables: ['a'] })).not.toContain('--routines');
    expect(one({}, { dump: mysql, server: mariadb })).toEqual(
      expect.arrayContaining(['--set-gtid-purged=OFF', '--column-statistics=0']),
    );
  });

  it.each([
    '--result-file=/x',
    '--res=/x',
    '--tab=/x',
    '-T/x',
    '--host=x',
    '--pass',
    '--skip_comments',
    '--loose-user=x',
    '--',
    'shop',
  ])('takes no option %s', (option) => {
    expect(() => mysqlSource({ options: [option] })).toThrow(invalid);
  });
});

describe('a dump on its way to a server', () => {
  const END = '-- Dump completed\n';
  const load = async (text: string, pieceBytes = 7, into = 'new'): Promise<string> =>
    Buffer.concat(await listOf(loadable(streamOf(Buffer.from(text), { pieceBytes }), into))).toString();
  const data = (lines: string): string => `LOCK TABLES \`t\` WRITE;\n${lines}UNLOCK TABLES;\n${END}`;

  it('has statements of many rows where it had one for each', async () => {
    const rows =
      "INSERT INTO `t` VALUES (1,'); (\\n');\nINSERT INTO `t` VALUES (2,NULL);\nINSERT INTO `u` VALUES (3);\n";
    const joined = "INSERT INTO `t` VALUES (1,'); (\\n'),\n(2,NULL);\nINSERT INTO `u` VALUES (3);\n";
    expect(await load(data(rows))).toBe(data(joined));
  });

  it.each([
    ['lines that only look like data', `INSERT INTO \`t\` VALUES (1);\nINSERT INTO \`t\` VALUES (2);\n${END}`],
    [
      'a table whose name looks like values',
      data('INSERT INTO `a VALUES (b` VALUES (1);\nINSERT INTO `a VALUES (b` VALUES (2);\n'),
    ],
    ['other statements', data('INSERT  IGNORE INTO `t` VALUES (1);\nINSERT  IGNORE INTO `t` VALUES (2);\n')],
    ['a row that is longer than a line is looked at', data(`INSERT INTO \`t\` VALUES ('${'x'.repeat(3_000_000)}');\n`)],
  ])('keeps %s', async (_what, text) => {
    expect(await load(text, 65_536)).toBe(text);
  });

  it('says the same in whatever pieces it comes', async () => {
    const row = fc.tuple(fc.constantFrom('t', 'u'), fc.stringMatching(/^[a-z;() \\n'`-]{0,12}$/));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), fc.integer({ min: 1, max: 90 }), async (rows, pieceBytes) => {
        const text = data(rows.map(([table, value]) => `INSERT INTO \`${table}\` VALUES (${value});\n`).join(''));
        const parts = (all: string): string[] => all.replaceAll(/;\nINSERT INTO `(\w)` VALUES |,\n/g, '|').split('|');
        expect(parts(await load(text, pieceBytes))).toEqual(parts(text));
      }),
    );
  });

  it('changes the database that it is loaded into, not the one that it is of', async () => {
    const text = `ALTER DATABASE \`old\`\`one\` CHARACTER SET latin1 COLLATE latin1_bin ;\n${END}`;
    expect(await load(text)).toBe(text.replace('`old``one`', '`new`'));
  });

  it.each(['USE `shop`;\n', 'CREATE DATABASE /*!32312 IF NOT EXISTS*/ `shop`;\n'])(
    'goes nowhere else: %s',
    async (line) => {
      await expect(load(`${line}${END}`)).rejects.toThrow(invalid);
    },
  );

  it.each(['', 'SELECT 1;\n', `${END}SELECT 1;\n`])('is not all there without its closing line: %j', async (text) => {
    await expect(load(text)).rejects.toThrow(expect.objectContaining({ code: 'DUMP_INCOMPLETE' }));
  });
});
