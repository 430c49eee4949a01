import { StructureError } from '../structure-error.ts';

/**
 * Text in UTF-8.
 *
 * @throws {StructureError} `INVALID_TEXT`
 */
export function decode(bytes: Uint8Array, offset: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new StructureError('INVALID_TEXT', 'Expected text in UTF-8, got other bytes', offset);
  }
}
