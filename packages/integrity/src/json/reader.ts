import { IntegrityError, type IntegrityErrorCode } from '../errors.ts';
import { kindOf } from '../hasher.ts';
import { decodeBase64 } from './base64.ts';
import { parseStrictJson } from './strict-json.ts';

/** An object of JSON whose members have not been looked at. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What a {@link Reader} is for. */
export interface ReaderOptions {
  /** The code of every refusal. */
  readonly code: IntegrityErrorCode;
  /** What is read, for messages: "a signature". */
  readonly what: string;
}

/** Takes JSON from anyone apart, member by member, and refuses whatever is not as expected. */
export class Reader {
  readonly #options: ReaderOptions;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /** The error to throw for `problem`, which must not quote what was read. */
  refuse(problem: string): IntegrityError {
    return new IntegrityError(this.#options.code, `Expected ${this.#options.what}, got ${problem}.`);
  }

  /**
   * The document in text, bytes or an object. An object goes through text as well: then it has no getters, no prototype,
   * and the same limits.
   */
  document(source: unknown, maxBytes: number): JsonObject {
    try {
      const text = typeof source === 'string' || source instanceof Uint8Array ? source : JSON.stringify(source);
      if (text === undefined) throw new SyntaxError(kindOf(source));
      return this.object(parseStrictJson(text, maxBytes), 'the document');
    } catch (error) {
      if (error instanceof IntegrityError) throw error;
      throw this.refuse(error instanceof SyntaxError ? error.message : 'an object that is not JSON');
    }
  }

  object(value: unknown, where: string): JsonObject {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
    throw this.refuse(`${kindOf(value)} as ${where} instead of an object`);
  }

  /** Refuses members that the format does not have, so that nothing unsigned rides along. */
  onlyMembers(value: JsonObject, where: string, names: readonly string[]): void {
    if (Object.keys(value).some((name) => !names.includes(name))) {
      throw this.refuse(`${where} with a member beside ${names.join(', ')}`);
    }
  }

  array(value: unknown, where: string, maxLength: number): readonly unknown[] {
    if (!Array.isArray(value)) throw this.refuse(`${kindOf(value)} as ${where} instead of an array`);
    if (value.length > maxLength)
      throw this.refuse(`${value.length} instead of at most ${maxLength} items in ${where}`);
    return value;
  }

  text(value: unknown, where: string, maxLength: number): string {
    if (typeof value !== 'string') throw this.refuse(`${kindOf(value)} as ${where} instead of text`);
    if (value.length > maxLength) throw this.refuse(`more than ${maxLength} characters in ${where}`);
    // In UTF-8, which is what gets signed, every half of a pair becomes the same character.
    if (!value.isWellFormed()) throw this.refuse(`half of a surrogate pair in ${where}`);
    return value;
  }

  /** Bytes in base64. At most `maxBytes`, which is checked before they are decoded. */
  base64(value: unknown, where: string, options: { maxBytes: number; urlSafe?: boolean }): Buffer {
    const text = this.text(value, where, Math.ceil(options.maxBytes / 3) * 4);
    const bytes = decodeBase64(text, options);
    if (bytes === undefined) throw this.refuse(`${where} that is not base64`);
    if (bytes.length > options.maxBytes) throw this.refuse(`more than ${options.maxBytes} bytes in ${where}`);
    return bytes;
  }
}
