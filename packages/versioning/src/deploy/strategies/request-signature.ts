import { createHmac, timingSafeEqual } from 'node:crypto';
import { VersioningError } from '../../errors.ts';
import { readSecret, type Secret } from '../checks/secret.ts';

/** Where an entry lies in the store; it counts nowhere else. */
export interface SignedPlace {
  /** Its key: `deploy/requests/000000000007`. */
  readonly path: string;
  /** When it was written, as it says itself. */
  readonly at: string;
}

/** `trusted`: signed with the key, for this place; or no key is asked for. `forged`: with another key, changed, or for another place. */
export type Trust = 'trusted' | 'unsigned' | 'forged';

/** Bytes that nobody guesses: half of what the digest has. */
const LEAST_KEY_BYTES = 16;
const SIGNED = /^(?<text>\{.*),"signature":"hmac-sha256:(?<signature>[0-9a-f]{64})"\}$/s;

/** Reads a key. @throws {VersioningError} `INVALID_OPTION` where there is none, or a short one; nothing is said of its content. */
export async function readKey(secret: Secret): Promise<Uint8Array> {
  const hint = 'Make one with `openssl rand -hex 32`, and give it to whoever asks and to each server.';
  const text = await readSecret(secret).catch((cause: unknown) => {
    const got = cause instanceof Error ? cause.message : String(cause);
    throw new VersioningError('INVALID_OPTION', `Expected a key for requests to deploy, got none: ${got}`, {
      cause,
      hint,
    });
  });
  const key = new TextEncoder().encode(text);
  if (key.length >= LEAST_KEY_BYTES) return key;
  throw new VersioningError(
    'INVALID_OPTION',
    `Expected a key for requests to deploy of ${LEAST_KEY_BYTES} bytes or more, got ${key.length}`,
    { hint },
  );
}

/** HMAC-SHA-256 (RFC 2104) over method, path, time and body. None of the first three has a line break of its own. */
function signatureOf(text: string, { path, at }: SignedPlace, key: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`PUT\n/${path}\n${at}\n${text}`).digest();
}

/** The text of a JSON object with its signature as the last member. */
export function signed(text: string, place: SignedPlace, key: Uint8Array): string {
  return `${text.slice(0, -1)},"signature":"hmac-sha256:${signatureOf(text, place, key).toString('hex')}"}`;
}

/** What is to be thought of a text with or without a signature. */
export function trustOf(text: string, place: SignedPlace, key: Uint8Array): Trust {
  const { text: body, signature } = SIGNED.exec(text)?.groups ?? {};
  if (body === undefined || signature === undefined) return 'unsigned';
  const expected = signatureOf(`${body}}`, place, key);
  // In constant time: how long it takes says nothing of how much was right.
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? 'trusted' : 'forged';
}
