import { FlagError } from '../errors.ts';
import type { ChangeNote } from '../store/editable.ts';
import type { FlagDocument } from './document.ts';

/** A version as it is stored. */
export interface VersionRecord extends ChangeNote {
  /** Its own number: what is found under another one was put there by somebody else. */
  readonly version: number;
  /** A word nobody else has: whoever heard no answer finds out whether it was written. */
  readonly token: string;
  readonly at: string;
  readonly rollbackTo?: number | undefined;
  readonly document: FlagDocument;
}

const FORMAT = 'holdfast-flags-0';

export function encodeVersion(record: VersionRecord): Uint8Array {
  // The token first: bodies differ from the beginning.
  const { token, ...rest } = record;
  return new TextEncoder().encode(`${JSON.stringify({ token, format: FORMAT, ...rest })}\n`);
}

/** @throws {FlagError} `INVALID_HISTORY`. */
export function decodeVersion(content: Uint8Array, version: number): VersionRecord {
  const record = parsed(content);
  const { format, at, by, why, token, rollbackTo, document } = record;
  const { format: language, text } = (document ?? {}) as Record<string, unknown>;
  const isSound =
    format === FORMAT &&
    record['version'] === version &&
    [at, by, why, token, text].every((each) => typeof each === 'string') &&
    Number.isFinite(Date.parse(at as string)) &&
    (rollbackTo === undefined || Number.isSafeInteger(rollbackTo)) &&
    (language === 'json' || language === 'yaml');
  if (isSound) return record as unknown as VersionRecord;
  throw new FlagError('INVALID_HISTORY', `Expected version ${version} of flags, got something else`, {
    hint: 'Something else was written there, or a newer program wrote it. Other versions can be read; a sound one can be put in its place from a copy.',
  });
}

function parsed(content: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(content));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Not JSON: refused by the caller.
  }
  return {};
}
