import { IntegrityError } from '../errors.ts';
import { checkNamedDigests, type DigestSet, MAX_SUBJECT_NAME, type NamedDigest } from './named-digest.ts';
import { Reader } from '../json/reader.ts';
import { parseStrictJson } from '../json/strict-json.ts';

/** What a statement is about. */
export interface Subject {
  /** Empty for a subject that has none. */
  readonly name: string;
  readonly digest: DigestSet;
}

/** An in-toto statement (attestation framework, spec/v1/statement.md): says something, the predicate, about subjects. */
export interface Statement {
  readonly _type: 'https://in-toto.io/Statement/v1';
  readonly subject: readonly Subject[];
  /** A URI that says how to read the predicate. */
  readonly predicateType: string;
  readonly predicate: Readonly<Record<string, unknown>>;
}

/** What a statement is made from. */
export interface StatementInput {
  /** Files, or anything else with a name and a digest: a single one, or all of a folder. */
  readonly subject: Iterable<NamedDigest>;
  readonly predicateType: string;
  /** Anything that JSON can hold. Default: nothing. */
  readonly predicate?: Readonly<Record<string, unknown>> | undefined;
}

/** The type of a DSSE payload that is a statement (spec/v1/envelope.md). */
export const IN_TOTO_PAYLOAD_TYPE = 'application/vnd.in-toto+json';

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

/** Most subjects of a statement. The size of a payload ends it before, for names of any length. */
const MAX_SUBJECTS = 1_000_000;
const MAX_URI = 2048;
const MAX_ALGORITHMS = 16;

const reader = new Reader({ code: 'INVALID_STATEMENT', what: 'an in-toto statement' });

/**
 * Makes an in-toto statement about a file or about all files of a folder. It proves nothing until `signStatement` signs it.
 *
 * @throws {IntegrityError} `INVALID_STATEMENT` for no subject, a name that is empty or there twice, and an empty type;
 * `INVALID_DIGEST`; `UNKNOWN_ALGORITHM`; `LEGACY_ALGORITHM` for digests that do not withstand forgery.
 * @example
 * ```ts
 * import { createStatement, digestFile } from '@x/integrity';
 *
 * const statement = createStatement({
 *   subject: [{ name: 'release.tar.gz', digest: await digestFile('release.tar.gz') }],
 *   predicateType: 'https://example.com/tested/v1',
 *   predicate: { suite: 'end-to-end', passed: 214 },
 * });
 * console.log(statement.subject[0]?.digest['sha256']);
 * ```
 */
export function createStatement({ subject, predicateType, predicate = {} }: StatementInput): Statement {
  if (predicateType.length === 0 || predicateType.length > MAX_URI) {
    const got = `${predicateType.length} characters`;
    throw new IntegrityError('INVALID_STATEMENT', `Expected a URI as predicateType, got ${got}.`);
  }
  const checked = checkNamedDigests(subject, 'INVALID_STATEMENT');
  return {
    _type: STATEMENT_TYPE,
    subject: checked.map(({ name, digest }) => ({ name, digest: { [digest.algorithm]: digest.hex } })),
    predicateType,
    predicate,
  };
}

/**
 * Reads a statement from a payload that was verified. Members that in-toto does not name are ignored (spec/v1/README.md,
 * "Parsing rules").
 *
 * @throws {IntegrityError} `INVALID_STATEMENT`.
 */
export function readStatementPayload(payload: Uint8Array): Statement {
  const value = reader.object(parsePayload(payload), 'the statement');
  if (value['_type'] !== STATEMENT_TYPE) throw reader.refuse(`a _type other than ${STATEMENT_TYPE}`);
  const subject = reader.array(value['subject'], 'subject', MAX_SUBJECTS).map(readSubject);
  if (subject.length === 0) throw reader.refuse('no subject');
  if (new Set(subject.map(({ name }) => name)).size < subject.length) throw reader.refuse('a name of a subject twice');
  return {
    _type: STATEMENT_TYPE,
    subject,
    predicateType: reader.text(value['predicateType'], 'predicateType', MAX_URI),
    predicate: reader.object(value['predicate'] ?? {}, 'predicate'),
  };
}

function parsePayload(payload: Uint8Array): unknown {
  try {
    return parseStrictJson(payload, payload.length);
  } catch (error) {
    throw reader.refuse(error instanceof SyntaxError ? error.message : 'something else');
  }
}

function readSubject(value: unknown): Subject {
  const { name, digest } = reader.object(value, 'a subject');
  const entries = Object.entries(reader.object(digest, 'a digest set'));
  if (entries.length === 0 || entries.length > MAX_ALGORITHMS) throw reader.refuse('a subject without digests');
  const digests = entries.map(([algorithm, hex]) => [algorithm, reader.text(hex, 'a digest', MAX_URI)] as const);
  return {
    name: reader.text(name ?? '', 'the name of a subject', MAX_SUBJECT_NAME),
    digest: Object.fromEntries(digests),
  };
}
