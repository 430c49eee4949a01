import { type Meaning, withMeaning } from '../databases/failures.ts';

/** Numbers of errors (manuals of MariaDB and MySQL, "Error Codes") and what they mean here. */
const MEANINGS: readonly (readonly [readonly number[], ...Meaning])[] = [
  [
    [1044, 1045, 1095, 1130, 1142, 1143, 1226, 1227, 1370, 1419, 1524, 1698, 2026, 2059, 2061, 3118, 3159, 4151],
    'DATABASE_REFUSED',
    'Check user, password, encryption and rights. To dump, a user needs SELECT, SHOW VIEW, TRIGGER and EVENT, and for routines SELECT on mysql.proc (MariaDB) or SHOW_ROUTINE (MySQL).',
  ],
  [
    [1049, 1051, 1109, 1146, 1305, 1932],
    'DATABASE_NOT_FOUND',
    'Check the names. What was dropped while it was dumped is gone: the next run dumps what is there.',
  ],
  [
    [1021, 1114],
    'DATABASE_FULL',
    'Make room where the server keeps its data: it needs twice as much while it restores.',
  ],
  [[1412], 'DUMP_INCOMPLETE', 'A table was altered while it was dumped. Run the backup again.'],
  [
    [
      1040, 1053, 1077, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 1184, 1203, 1317, 1927, 2002, 2003, 2005, 2006, 2012,
      2013, 2055,
    ],
    'DATABASE_UNREACHABLE',
    'Check that the server runs and can be reached from where the programs run. The next run begins anew.',
  ],
];

/** `ERROR 1045 (28000)`, `Got error: 1045:`, `Error 2013:`, `... (1044)`, as their programs write it. */
const NUMBER = /\berror:? (\d{4})\b|\((\d{4})\)/gi;
/** What has no number. */
const PRIVILEGES = /has insufficent privileges/;
/** `mariadb-dump` ends with its code for errors of the server and without a word when a connection is lost between two statements. */
const SILENT = / got 2$/;

/** An error with the code of what the server has said, if that is known; otherwise the same one. */
export const mysqlFailure = (error: unknown): unknown => withMeaning(error, meaningOf);

function meaningOf(said: string): Meaning | undefined {
  const numbers = [...said.matchAll(NUMBER)].map(([, first, second]) => Number(first ?? second));
  if (PRIVILEGES.test(said)) numbers.push(1044);
  if (SILENT.test(said)) numbers.push(2013);
  const [, ...meaning] = MEANINGS.find(([known]) => numbers.some((number) => known.includes(number))) ?? [];
  return meaning.length === 0 ? undefined : meaning;
}
