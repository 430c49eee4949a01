import {
  createMerkleBuilder,
  leafHash,
  type MerkleState,
  type NodeReader,
  type PublicKey,
  proveInclusion,
  verifyInclusion,
} from '@x/integrity';
import { LogError } from '../errors.ts';
import { firstNumber } from '../files/log-file.ts';
import { readLines } from '../files/read-blocks.ts';
import { takeApart } from './audit-line.ts';
import { openNote } from './checkpoints.ts';
import type { AuditProof } from './contract.ts';
import { cutOf, segmentsOf } from './segments.ts';

/** Reads inner nodes of a tree whose first leaves are only known by the peaks over them. */
function nodesOver(start: MerkleState, leaves: readonly Uint8Array[]): NodeReader {
  return (level, index) => {
    const [from, to] = [index * 2 ** level, (index + 1) * 2 ** level];
    const builder = createMerkleBuilder(peaksWithin(start, from, to));
    for (let leaf = Math.max(from, start.size); leaf < to; leaf++) {
      const hash = leaves[leaf - start.size];
      if (hash !== undefined) builder.appendHash(hash);
    }
    return builder.root();
  };
}

/** The peaks that lie within a complete subtree, as a tree of their own. */
function peaksWithin({ size, peaks }: MerkleState, from: number, to: number): MerkleState {
  let at = 0;
  const within: string[] = [];
  for (const [order, width] of widthsOf(size).entries()) {
    if (at >= from && at + width <= to) within.push(peaks[order] ?? '');
    at += width;
  }
  return { size: Math.max(0, Math.min(size, to) - from), peaks: within };
}

/** Leaves below each peak, from the left. */
function widthsOf(size: number): readonly number[] {
  const widths: number[] = [];
  for (let width = 2 ** 52; width >= 1; width /= 2) if (Math.floor(size / width) % 2 === 1) widths.push(width);
  return widths;
}

/**
 * Proves that a record is in the log: with a signed checkpoint, whoever has the public key can check it without the log.
 *
 * It reads the whole log, and takes about a hundred bytes of memory for each record.
 *
 * @throws {LogError} `RECORD_NOT_FOUND`; `LOG_UNREADABLE`.
 */
export async function proveRecord(
  directory: string,
  number: number,
  size: number,
): Promise<Omit<AuditProof, 'checkpoint' | 'origin'>> {
  const cut = await cutOf(directory);
  const start: MerkleState = { size: cut?.state.size ?? 0, peaks: cut?.state.peaks ?? [] };
  const leaves: Uint8Array[] = [];
  let line: string | undefined;
  for (const file of await segmentsOf(directory)) {
    if (firstNumber(file) < start.size) continue;
    for await (const { offset, bytes } of readLines(file)) {
      if (offset === 0 || start.size + leaves.length >= size) continue;
      if (start.size + leaves.length === number) line = bytes.toString();
      leaves.push(leafHash(takeApart(bytes).body));
    }
  }
  if (line === undefined || !Number.isSafeInteger(number) || number < start.size) {
    throw new LogError('RECORD_NOT_FOUND', `Expected a record from ${start.size} to ${size - 1}, got ${number}`);
  }
  const read = nodesOver(start, leaves);
  const hashes = await proveInclusion({ index: number, size }, read);
  const tree = createMerkleBuilder(start);
  for (const leaf of leaves) tree.appendHash(leaf);
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  return { version: 1, number, line, size, root: hex(tree.root()), hashes: hashes.map(hex) };
}

/**
 * Whether a proof shows that its record was in the log when its checkpoint was signed. Anything may come from anyone: whatever is wrong with it gives
 * `false`.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { loadPublicKey } from '@x/integrity';
 * import { type AuditProof, verifyAuditProof } from '@x/logging';
 *
 * const proof = JSON.parse(await readFile('proof.json', 'utf8')) as AuditProof;
 * console.log(verifyAuditProof(proof, [await loadPublicKey('audit.pub')]));
 * ```
 */
export function verifyAuditProof(proof: AuditProof, publicKeys: readonly PublicKey[]): boolean {
  try {
    const { line, number, size, root, hashes, checkpoint, origin } = proof;
    const signed = openNote(checkpoint ?? '', publicKeys);
    if (signed.origin !== origin || signed.size !== size || Buffer.from(signed.root).toString('hex') !== root)
      return false;
    const { body, number: own } = takeApart(Buffer.from(line));
    if (own !== number) return false;
    const path = hashes.map((hash) => Buffer.from(hash, 'hex'));
    return verifyInclusion({ leafHash: leafHash(body), index: number, size, root: signed.root, proof: path });
  } catch {
    return false;
  }
}
