import type { Dialect } from '../model.ts';
import { actionsOf, NAME, plainName } from './shape.ts';

/** The rules of lint. */
export type LintRule =
  | 'drops-table'
  | 'drops-column'
  | 'truncates'
  | 'deletes-all'
  | 'updates-all'
  | 'adds-not-null'
  | 'sets-not-null'
  | 'changes-type'
  | 'renames'
  | 'locks-writes'
  | 'checks-all-rows'
  | 'contracts-in-expand'
  | 'no-way-back';

/** What a rule has found. */
export interface Finding {
  readonly rule: LintRule;
  readonly message: string;
}

/** What a statement is judged by. */
export interface Judged {
  /** See `shapeOf`. */
  readonly shape: string;
  readonly dialect: Dialect;
  /** Tables that the same script has made before: they have no rows and nobody uses them. */
  readonly made: ReadonlySet<string>;
  /** Tables whose name goes to another one further below: they are made anew. */
  readonly remade: ReadonlySet<string>;
}

/** Rules that say that an older version can't work with what is left. */
export const CONTRACTING: ReadonlySet<LintRule> = new Set<LintRule>([
  'drops-table',
  'drops-column',
  'truncates',
  'deletes-all',
  'changes-type',
  'renames',
]);

/** Rules that say that data are gone afterwards. Values that are written anew are not among them: nobody but their author knows what that costs. */
export const LOSING: ReadonlySet<string> = new Set<LintRule>([
  'drops-table',
  'drops-column',
  'truncates',
  'deletes-all',
]);

/** All that is odd about a statement. */
export function judge(judged: Judged): Finding[] {
  const { shape } = judged;
  const found = [...judgeWhole(judged)];
  const altered = actionsOf(shape);
  if (altered === undefined || judged.made.has(altered.table)) return found;
  return [...found, ...altered.actions.flatMap((action) => judgeAction(action, judged.dialect))];
}

const DROPS = new RegExp(`^DROP (?<what>TABLE|SCHEMA|DATABASE|MATERIALIZED VIEW) (?:IF EXISTS )?(?<name>${NAME})`);
const INDEX = new RegExp(`^CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY ).*? ?ON (?:ONLY )?(?<table>${NAME})`, 's');
const RENAMES = new RegExp(`^RENAME TABLE (?<name>${NAME})`);

function judgeWhole({ shape, dialect, made, remade }: Judged): Finding[] {
  const found: Finding[] = [];
  const add = (rule: LintRule, message: string): void => void found.push({ rule, message });
  const { what, name = '' } = DROPS.exec(shape)?.groups ?? {};
  if (what !== undefined && !made.has(plainName(name)) && !remade.has(plainName(name))) {
    add('drops-table', `${what.toLowerCase()} ${name} is dropped with all that is in it`);
  }
  if (/^TRUNCATE\b/.test(shape)) add('truncates', 'all rows of a table are deleted');
  if (/^DELETE FROM\b/.test(shape) && !/ (?:WHERE|USING|LIMIT|JOIN) /.test(shape))
    add('deletes-all', 'all rows of a table are deleted');
  if (/^UPDATE\b/.test(shape) && !/ (?:WHERE|LIMIT|JOIN) /.test(shape)) {
    add('updates-all', 'all rows of a table are changed at once, and locked for that long');
  }
  if (RENAMES.test(shape)) add('renames', 'an older version looks for it under its old name');
  const { table } = INDEX.exec(shape)?.groups ?? {};
  if (dialect === 'postgres' && table !== undefined && !made.has(plainName(table))) {
    add('locks-writes', `nobody can write to ${table} until its index is made: CREATE INDEX CONCURRENTLY`);
  }
  return found;
}

/** What may be dropped of a table without losing what is in it. */
const NO_COLUMN = /^DROP (?:CONSTRAINT|INDEX|KEY|PRIMARY|FOREIGN|CHECK|PARTITION|SYSTEM|PERIOD)\b/;
const ADDS_OTHER =
  /^ADD (?:CONSTRAINT|INDEX|KEY|PRIMARY|FOREIGN|CHECK|UNIQUE|FULLTEXT|SPATIAL|PARTITION|PERIOD|SYSTEM)\b/;
const VALUED = / (?:DEFAULT|AUTO_INCREMENT|GENERATED|SERIAL|BIGSERIAL|SMALLSERIAL|AS)\b/;

function judgeAction(action: string, dialect: Dialect): Finding[] {
  const found: Finding[] = [];
  const add = (rule: LintRule, message: string): void => void found.push({ rule, message });
  if (/^DROP\b/.test(action) && !NO_COLUMN.test(action))
    add('drops-column', 'a column is dropped with all that is in it');
  if (/^ADD\b/.test(action) && !ADDS_OTHER.test(action) && / NOT NULL\b/.test(action) && !VALUED.test(action)) {
    add('adds-not-null', 'it fails where there are rows, and an older version writes none of it: give it a DEFAULT');
  }
  if (/ SET NOT NULL\b/.test(action))
    add(
      'sets-not-null',
      'an older version may write nothing there, and all rows are looked at while the table is locked',
    );
  if (/^ALTER .*\bTYPE\b/.test(action) || /^(?:MODIFY|CHANGE)\b/.test(action)) {
    add('changes-type', 'the table may be written anew while it is locked, and values may not fit');
  }
  if (/^RENAME (?!INDEX|KEY|CONSTRAINT)/.test(action) || isChange(action))
    add('renames', 'an older version looks for it under its old name');
  const isChecked = /^ADD (?:CONSTRAINT .*)?(?:FOREIGN KEY|CHECK)\b/.test(action) && !action.endsWith('NOT VALID');
  const isIndexed = /^ADD (?:CONSTRAINT .*)?(?:UNIQUE|PRIMARY KEY)\b/.test(action) && !action.includes(' USING INDEX ');
  if (dialect === 'postgres' && (isChecked || isIndexed)) {
    const way = isChecked
      ? 'NOT VALID, then VALIDATE CONSTRAINT'
      : 'CREATE UNIQUE INDEX CONCURRENTLY, then USING INDEX';
    add('checks-all-rows', `all rows are looked at while the table is locked: ${way}`);
  }
  return found;
}

/** `CHANGE a b …` of MySQL has both names. */
function isChange(action: string): boolean {
  const { from, to } = new RegExp(`^CHANGE (?:COLUMN )?(?<from>${NAME}) (?<to>${NAME}) `).exec(action)?.groups ?? {};
  return from !== undefined && to !== undefined && plainName(from) !== plainName(to);
}
