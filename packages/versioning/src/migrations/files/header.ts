import { shown } from '../../errors.ts';
import type { MigrationKind } from '../model.ts';
import { invalidMigration } from './invalid-migration.ts';

/** What the comments above the first statement say. */
export interface MigrationHeader {
  readonly kind: MigrationKind | undefined;
  readonly description: string | undefined;
}

const KINDS: ReadonlySet<string> = new Set<MigrationKind>(['expand', 'data', 'contract']);
const FIELD = /^--[ \t]*(?<name>[a-z]+)[ \t]*:(?<value>.*)$/i;
const LONGEST_DESCRIPTION = 500;

/** A migration that is being read, for errors. */
interface Script {
  readonly file: string;
  readonly sql: string;
}

/**
 * Reads the header of a migration: `-- kind: …` and `-- description: …` among the comments and blank lines above the first
 * statement, each once, in any order and case. Other comments there may say what they like, except that nothing else may be one of the
 * kinds: a misspelt field must not turn a `contract` into an `expand`. For the same reason a kind further below is an error.
 *
 * @throws {VersioningError} `INVALID_MIGRATION`, also for a file without a statement.
 */
export function readHeader({ file, sql }: Script): MigrationHeader {
  const fields = new Map<string, string>();
  let isAbove = true;
  for (const [index, whole] of sql.split('\n').entries()) {
    const text = whole.trim();
    if (text === '') continue;
    isAbove &&= text.startsWith('--');
    const field = fieldOf(text);
    if (field === undefined) continue;
    const place = { file, line: index + 1 };
    if (isAbove) addField(fields, field, place);
    else if (field.name === 'kind' && isKind(field.value)) {
      const found = { got: 'it below', hint: 'Move it to the top of the file.' };
      throw invalidMigration('its kind above the first statement', found, place);
    }
  }
  if (isAbove) {
    const got = sql.trim() === '' ? 'nothing' : 'only comments';
    throw invalidMigration(
      'statements',
      { got, hint: 'Remove the file, or write select 1; if it is to do nothing.' },
      { file },
    );
  }
  return { kind: fields.get('kind') as MigrationKind | undefined, description: fields.get('description') };
}

interface Field {
  readonly name: string;
  readonly value: string;
}

function fieldOf(line: string): Field | undefined {
  if (!line.startsWith('--')) return undefined;
  const { name, value } = FIELD.exec(line)?.groups ?? {};
  return name === undefined || value === undefined ? undefined : { name: name.toLowerCase(), value: value.trim() };
}

const isKind = (value: string): boolean => KINDS.has(value.toLowerCase());

interface Place {
  readonly file: string;
  readonly line: number;
}

function addField(fields: Map<string, string>, { name, value }: Field, place: Place): void {
  const fail = (expectation: string, got: string, hint: string): Error =>
    invalidMigration(expectation, { got, hint }, place);
  const isKnown = name === 'kind' || name === 'description';
  if (!isKnown && isKind(value)) throw fail('kind as the name of the field', shown(name), 'Write -- kind: before it.');
  if (!isKnown) return;
  if (fields.has(name)) throw fail(`${name} once`, 'it again', 'Keep one of them.');
  if (name === 'kind') {
    if (!isKind(value)) throw fail('expand, data or contract', shown(value), 'Without a kind, it is an expand.');
    fields.set(name, value.toLowerCase());
    return;
  }
  if (value === '') throw fail('a description', 'nothing', 'Without the line, it is made of the name of the file.');
  if (/\p{Cc}/u.test(value)) throw fail('a description in plain text', 'a control character', 'Take it out.');
  if (value.length > LONGEST_DESCRIPTION) {
    throw fail(
      `a description of at most ${LONGEST_DESCRIPTION} characters`,
      `${value.length}`,
      'Say more in comments below.',
    );
  }
  fields.set(name, value);
}
