import type { FindingCode } from './finding-codes.ts';

/** Ends the walk of a part: what is wrong with its structure, and where. The inspection makes a finding of it. */
export class StructureError extends Error {
  override readonly name: string = 'StructureError';
  readonly code: FindingCode;
  /** Bytes from the start of the part. */
  readonly offset: number;

  constructor(code: FindingCode, message: string, offset: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

/** A structure that the format does not allow. */
export function malformed(message: string, offset: number): StructureError {
  return new StructureError('MALFORMED', message, offset);
}
