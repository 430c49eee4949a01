import { canonicalJson } from '@x/integrity';

/** A line of an audit file, taken apart. */
export interface AuditLine {
  readonly number: number | undefined;
  readonly previous: Uint8Array | undefined;
  readonly hash: Uint8Array | undefined;
  /** What the chain is made over: the line without its own hash. */
  readonly body: Buffer;
}

const BEFORE_HASH = ',"hash":"';
/** `,"hash":"`, 64 hexadecimal digits, `"}`. */
const TAIL = BEFORE_HASH.length + 64 + 2;
const HASH = /^,"hash":"([0-9a-f]{64})"\}$/;

/** The canonical JSON (RFC 8785) of a record: what its hash is made over. @throws {IntegrityError} `INVALID_JSON_VALUE`. */
export function bodyOf(record: Readonly<Record<string, unknown>>): string {
  return canonicalJson(record);
}

/** The line as it is stored, without its end: the body with its own link hash as the last member. */
export function lineOf(body: string, hash: Uint8Array): string {
  return `${body.slice(0, -1)}${BEFORE_HASH}${Buffer.from(hash).toString('hex')}"}`;
}

/** Takes a line apart. One that is no record has neither hashes nor a number. */
export function takeApart(line: Buffer): AuditLine {
  const hash = HASH.exec(line.toString('latin1', Math.max(0, line.length - TAIL)))?.[1];
  if (hash === undefined) return { number: undefined, previous: undefined, hash: undefined, body: line };
  const body = Buffer.concat([line.subarray(0, line.length - TAIL), Buffer.from('}')]);
  try {
    const { number, previous } = JSON.parse(body.toString()) as Readonly<Record<string, unknown>>;
    return {
      number: typeof number === 'number' ? number : -1,
      previous: Buffer.from(String(previous), 'hex'),
      hash: Buffer.from(hash, 'hex'),
      body,
    };
  } catch {
    return { number: undefined, previous: undefined, hash: undefined, body: line };
  }
}
