import { createHash } from 'node:crypto';
import type { MigrationKind } from '../../migrations/model.ts';
import type { MigrationDatabase } from '../driver.ts';
import type { Dialect } from '../model.ts';
import { readStatements, type SqlStatement } from '../sql/statements.ts';
import { invalidSql } from '../sql/invalid-sql.ts';
import { readSettings } from './settings.ts';
import { isControl, standsAlone } from './transactions.ts';
import { VersioningError } from '../../errors.ts';

/** A query, or a function of a module, of which the answer has to be true. */
export type Validation = string | ((database: MigrationDatabase) => Promise<unknown>);

/** What leads in one direction, ready to be run. */
export interface Script {
  /** `sha256:…` of the whole text, or of the file of a module. */
  readonly checksum: string;
  readonly text: string;
  /** None for a module. */
  readonly statements: readonly SqlStatement[];
  /** What a module does. */
  readonly work?: ((database: MigrationDatabase) => Promise<unknown>) | undefined;
  /** What has to be true afterwards. */
  readonly validations: readonly Validation[];
  readonly isTransactional: boolean;
}

/** A migration with both of its ways. */
export interface RunnableMigration {
  readonly id: string;
  readonly kind: MigrationKind;
  readonly description: string;
  readonly forward: Script;
  readonly backward?: Script | undefined;
}

/** The place of a migration among the others. */
export function numberOf(id: string): bigint {
  return BigInt(/^\d+/.exec(id)?.[0] ?? 0);
}

/** `sha256:` and the digest of a text in UTF-8, or of bytes. */
export function checksumOf(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** The text of a migration as it is run. @throws {VersioningError} `INVALID_SQL`, `INVALID_MIGRATION`, with the id. */
export function scriptOf(id: string, sql: string, dialect: Dialect): Script {
  const { isTransactional, validations } = readSettings(id, sql);
  const statements = statementsOf(id, sql, dialect);
  for (const { words, text } of statements) {
    if (!isControl(words)) continue;
    const hint =
      'Take it out: a migration is one transaction where the database allows it, and none with -- transaction: none.';
    const at = words[0]?.start ?? 0;
    throw inMigration(id, invalidSql('no transaction of its own', { got: text.slice(0, 40), hint }, { text: sql, at }));
  }
  return {
    checksum: checksumOf(sql),
    text: sql,
    statements,
    validations,
    isTransactional: isTransactional && !statements.some((statement) => standsAlone(dialect, statement.words)),
  };
}

function statementsOf(id: string, sql: string, dialect: Dialect): readonly SqlStatement[] {
  try {
    return readStatements(sql, dialect);
  } catch (error) {
    throw error instanceof VersioningError ? inMigration(id, error) : error;
  }
}

function inMigration(id: string, { code, message, hint }: VersioningError): VersioningError {
  const line = Number(/ in line (\d+)/.exec(message)?.[1] ?? 1);
  return new VersioningError(code, message.replace(' in line ', ` in ${id}:`), { hint, place: { file: id, line } });
}
