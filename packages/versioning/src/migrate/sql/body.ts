import type { Dialect } from '../model.ts';

/** What is known of a statement while it is read. Words are in capitals, quoted names and literals only stand for themselves. */
export interface StatementHead {
  /** Its first words and symbols. */
  readonly first: readonly string[];
  /** The last two before this one. */
  readonly last: string;
  readonly beforeLast: string;
  /** What it creates or changes, as `TRIGGER`. */
  readonly object: string | undefined;
  /** How deep in bodies and parentheses this is. */
  readonly depth: number;
}

/** Words that say what is created. The first one decides. */
const OBJECTS: ReadonlySet<string> = new Set(
  (
    'TABLE VIEW INDEX TRIGGER FUNCTION PROCEDURE EVENT PACKAGE RULE SEQUENCE TYPE DOMAIN SCHEMA DATABASE ROLE USER SERVER ' +
    'EXTENSION AGGREGATE OPERATOR CAST COLLATION POLICY PUBLICATION SUBSCRIPTION TABLESPACE LANGUAGE STATISTICS'
  ).split(' '),
);

/** What is created, once the word has come that says so. `AGGREGATE` is also said of functions, which are the same here. */
export function objectOf(head: Pick<StatementHead, 'first' | 'object'>, word: string): string | undefined {
  const verb = head.first[0];
  if (head.object !== undefined || (verb !== 'CREATE' && verb !== 'ALTER' && verb !== 'DROP')) return head.object;
  return OBJECTS.has(word) ? word : undefined;
}

const ROUTINES: ReadonlySet<string | undefined> = new Set([
  'TRIGGER',
  'FUNCTION',
  'PROCEDURE',
  'EVENT',
  'PACKAGE',
  'AGGREGATE',
]);

/** How much deeper a word or symbol leads. */
export function depthChange(dialect: Dialect, head: StatementHead, word: string): number {
  if (dialect === 'postgres') return postgresChange(head, word);
  return dialect === 'mysql' ? mysqlChange(head, word) : 0;
}

/** Whether a statement goes on after a semicolon. */
export function isWithin(dialect: Dialect, head: StatementHead): boolean {
  return dialect === 'sqlite' ? isTrigger(head) && !isTriggerEnd(head) : head.depth > 0;
}

/** As psql: parentheses, which rules have statements in, and `BEGIN ATOMIC … END`, in which only `CASE` ends the same way. */
function postgresChange({ last, object, depth }: StatementHead, word: string): number {
  if (word === '(') return 1;
  if (word === ')') return depth > 0 ? -1 : 0;
  if (!ROUTINES.has(object) || last === '.') return 0;
  if (word === 'ATOMIC' && last === 'BEGIN') return 1;
  if (word === 'CASE') return 1;
  return word === 'END' && depth > 0 ? -1 : 0;
}

/** A statement begins after these. Elsewhere, IF and REPEAT are functions, and FOR belongs to something else. */
const BEFORE_STATEMENT: ReadonlySet<string> = new Set(
  '; THEN ELSE DO BEGIN LOOP REPEAT ROW : ) ATOMIC DETERMINISTIC DATA SQL INVOKER DEFINER'.split(' '),
);
const LOOPS: ReadonlySet<string> = new Set(['IF', 'LOOP', 'WHILE', 'REPEAT', 'FOR']);

/** Bodies of MySQL and MariaDB: all that opens ends with `END`, behind which some repeat what has ended. */
function mysqlChange({ first, last, object, depth }: StatementHead, word: string): number {
  const isBody = ROUTINES.has(object) || (first[0] === 'BEGIN' && (first[1] ?? word) === 'NOT');
  if (!isBody || last === '.' || last === '@') return 0;
  if (word === 'END') return depth > 0 ? -1 : 0;
  if (last === 'END') return 0;
  if (first[0] === 'BEGIN' && depth === 0) return word === 'NOT' ? 1 : 0;
  if (word === 'BEGIN' || word === 'CASE') return 1;
  return LOOPS.has(word) && BEFORE_STATEMENT.has(last) ? 1 : 0;
}

/** As `sqlite3_complete`. */
function isTrigger({ first }: StatementHead): boolean {
  const words = first.filter((word) => !['EXPLAIN', 'QUERY', 'PLAN', 'TEMP', 'TEMPORARY'].includes(word));
  return words[0] === 'CREATE' && words[1] === 'TRIGGER';
}

function isTriggerEnd({ last, beforeLast }: StatementHead): boolean {
  return last === 'END' && beforeLast === ';';
}
