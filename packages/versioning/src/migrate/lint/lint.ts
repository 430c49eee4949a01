import type { Dialect, Direction, MigrationWarning } from '../model.ts';
import type { RunnableMigration, Script } from '../source/script.ts';
import type { SqlStatement } from '../sql/statements.ts';
import { CONTRACTING, type Finding, judge, type LintRule, LOSING } from './rules.ts';
import { actionsOf, NAME, plainName, shapeOf } from './shape.ts';

/** What deserves a second look in one way of a migration. On the way back, that something is dropped is told, and not that it is missing a way. */
export function lintScript(
  migration: RunnableMigration,
  direction: Direction,
  dialect: Dialect,
): readonly MigrationWarning[] {
  const script = direction === 'up' ? migration.forward : migration.backward;
  if (script === undefined) return [];
  const { id, kind } = migration;
  const warnings = judgedStatements(script, dialect).flatMap(({ statement, findings }) => {
    const contracts = findings.find(({ rule }) => CONTRACTING.has(rule));
    const isOutOfPlace = direction === 'up' && kind === 'expand' && contracts !== undefined;
    const all = isOutOfPlace ? [...findings, outOfPlace(contracts)] : findings;
    const allowed = allowedBy(statement.text);
    return all
      .filter(({ rule }) => !allowed.has(rule))
      .map(({ rule, message }) => ({ id, direction, line: statement.line, rule, message }));
  });
  if (direction === 'down' || migration.backward !== undefined) return warnings;
  if (allowedBy(script.statements[0]?.text ?? '').has('no-way-back')) return warnings;
  const message = `there is no way back: write ${id}.down.sql, or say that it is meant`;
  return [{ id, direction, line: 1, rule: 'no-way-back', message }, ...warnings];
}

/** Whether an expand takes something away that an older version works with, be it meant or not. */
export function takesAway({ kind, forward }: RunnableMigration, dialect: Dialect): boolean {
  if (kind !== 'expand') return false;
  return judgedStatements(forward, dialect).some(({ findings }) => findings.some(({ rule }) => CONTRACTING.has(rule)));
}

/** Whether a way back drops data, and no comment in it says that this is meant. Of a module, nobody knows. */
export function losesData(migration: RunnableMigration, dialect: Dialect): boolean {
  return lintScript(migration, 'down', dialect).some(({ rule }) => LOSING.has(rule));
}

function outOfPlace({ rule }: Finding): Finding {
  return {
    rule: 'contracts-in-expand',
    message: `an expand runs while the older version is still at work, and this ${rule}: make it a contract`,
  };
}

interface JudgedStatement {
  readonly statement: SqlStatement;
  readonly findings: readonly Finding[];
}

function judgedStatements({ statements }: Script, dialect: Dialect): JudgedStatement[] {
  const made = new Set<string>();
  const shapes = statements.map(shapeOf);
  const remade = remadeTables(shapes);
  return statements.map((statement, index) => {
    const shape = shapes[index] ?? '';
    const findings = judge({ shape, dialect, made, remade });
    const table = madeTable(shape);
    if (table !== undefined) made.add(table);
    return { statement, findings };
  });
}

const CREATES = new RegExp(
  `^CREATE (?:OR REPLACE )?(?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED) )*TABLE (?:IF NOT EXISTS )?(?<name>${NAME})`,
);

function madeTable(shape: string): string | undefined {
  const { name } = CREATES.exec(shape)?.groups ?? {};
  return name === undefined ? undefined : plainName(name);
}

/** A table is changed by making another one, copying, dropping the first and taking its name: nothing is lost by that. */
function remadeTables(shapes: readonly string[]): ReadonlySet<string> {
  const made = new Set(shapes.map(madeTable));
  const names = shapes.flatMap((shape) => {
    const altered = actionsOf(shape);
    if (altered === undefined || !made.has(altered.table)) return [];
    return altered.actions.flatMap((action) => /^RENAME TO (?<name>.*)$/.exec(action)?.groups?.['name'] ?? []);
  });
  return new Set(names.map(plainName));
}

/** What comments of a statement say is meant: `-- lint: allow drops-table, renames`. */
function allowedBy(text: string): ReadonlySet<LintRule> {
  const lists = [...text.matchAll(/^[ \t]*--[ \t]*lint:[ \t]*allow[ \t]+(?<rules>.+)$/gim)];
  return new Set(lists.flatMap(({ groups }) => (groups?.['rules'] ?? '').split(/[\s,]+/) as LintRule[]));
}
