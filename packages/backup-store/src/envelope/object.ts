import { BackupError } from '../errors.ts';
import {
  BLOCK_BYTES,
  type BlockPlace,
  contentEnd,
  openBlock,
  paddingFor,
  SEALED_BLOCK_BYTES,
  sealBlock,
  sealedLength,
} from './blocks.ts';
import { HEADER_BYTES, newObjectKey, objectKey, parseHeader, type SealContext, type Subkeys } from './header.ts';

/** Seals a whole object in memory: everything but packs, which are streamed. */
export function sealObject(subkey: Uint8Array, context: SealContext, content: Uint8Array): Buffer {
  const { key, header } = newObjectKey(subkey, context);
  const padding = paddingFor(content.length, HEADER_BYTES);
  const plaintext = Buffer.alloc(content.length + padding);
  plaintext.set(content);
  plaintext[content.length] = 0x80;
  const sealed = Buffer.allocUnsafe(HEADER_BYTES + sealedLength(plaintext.length));
  let at = header.copy(sealed);
  for (let start = 0, number = 0; start < plaintext.length; start += BLOCK_BYTES, number++) {
    const end = Math.min(start + BLOCK_BYTES, plaintext.length);
    at = sealBlock({ key, number, last: end === plaintext.length }, plaintext.subarray(start, end), sealed, at);
  }
  return sealed;
}

/**
 * Opens a whole object.
 *
 * @throws {BackupError} `OBJECT_TRUNCATED`, `OBJECT_DAMAGED`, `UNSUPPORTED_FORMAT`; the message names the object.
 */
export function openObject(subkey: Subkeys, context: SealContext, sealed: Uint8Array): Buffer {
  const key = objectKey(subkey, parseHeader(sealed, context), context);
  const body = sealed.subarray(HEADER_BYTES);
  // Written to block by block: all blocks beside what they come to would be twice the memory.
  const whole = body.length > SEALED_BLOCK_BYTES ? Buffer.allocUnsafeSlow(body.length) : undefined;
  let opened: Buffer | undefined;
  let length = 0;
  for (let start = 0, number = 0; start < body.length || number === 0; start += SEALED_BLOCK_BYTES, number++) {
    const piece = body.subarray(start, start + SEALED_BLOCK_BYTES);
    const block = { key, number, last: start + SEALED_BLOCK_BYTES >= body.length };
    opened = openBlock(block, piece);
    if (opened === undefined) throw blockError(block, piece, context.name);
    whole?.set(opened, length);
    length += opened.length;
  }
  const plaintext = (whole ?? (opened as Buffer)).subarray(0, length);
  const end = contentEnd(plaintext);
  if (end < 0)
    throw new BackupError('OBJECT_INVALID', `Expected padding at the end of ${context.name}, got none`, {
      object: context.name,
    });
  return plaintext.subarray(0, end);
}

/** Tells a cut object from a changed one: the last block we have is a good one, but not the last one written. */
export function blockError(block: BlockPlace, sealed: Uint8Array, object: string): BackupError {
  if (block.last && openBlock({ ...block, last: false }, sealed) !== undefined) {
    return new BackupError('OBJECT_TRUNCATED', `Expected more blocks of ${object} than ${block.number + 1}`, {
      object,
    });
  }
  return new BackupError(
    'OBJECT_DAMAGED',
    `Expected block ${block.number} of ${object} to authenticate; its bytes were changed or cut`,
    { object },
  );
}
