import { BackupError, type BackupErrorCode, isBackupError } from '../../errors.ts';
import type { PostgresClient } from './client.ts';

/** Others were faster: those who know of transactions look for it. */
const SERIALIZATION_FAILURE = '40001';
const CONNECTION_FAILURE = '08006';

/** SQLSTATEs, or how they begin (PostgreSQL manual, "Error Codes"), and what they mean here; the first that fits counts. */
const MEANINGS: readonly (readonly [RegExp, BackupErrorCode, string])[] = [
  [/^(?:3D000|3F000|42P01|42703)$/, 'DATABASE_NOT_FOUND', 'Check the names. What was dropped meanwhile is left out.'],
  [/^53100$/, 'DATABASE_FULL', 'Nothing was changed. Make room where the server keeps its data.'],
  [
    /^(?:08|57P|E[A-Z]{3,}$)/,
    'DATABASE_UNREACHABLE',
    'Check host and port, and that the server runs. The next run begins anew.',
  ],
  [/^[0-9A-Z]{5}$/, 'DATABASE_REFUSED', 'Check user, password and rights.'],
];

/** What drivers say of a connection that has broken, where that has no code. */
const BROKEN = /connection (?:terminated|error|is closed)/i;

/** The same client; what it throws gets the code of what the server has said. */
export function withRefusals(client: PostgresClient): PostgresClient {
  return {
    query: async (text, values) => {
      try {
        return await client.query(text, values);
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}

function refusalOf(error: unknown): unknown {
  if (isBackupError(error) || !(error instanceof Error)) return error;
  const { code, message } = error as Error & { readonly code?: unknown };
  if (code === SERIALIZATION_FAILURE) return error;
  const state = typeof code === 'string' ? code : BROKEN.test(message) ? CONNECTION_FAILURE : '';
  const [, meaning, hint] = MEANINGS.find(([form]) => form.test(state)) ?? [];
  if (meaning === undefined) return error;
  return new BackupError(meaning, `Expected PostgreSQL to do what is asked: ${message}`, { cause: error, hint });
}
