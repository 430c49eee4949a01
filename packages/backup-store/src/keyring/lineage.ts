import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

import { subkey } from './subkeys.ts';

/** A root key in the row of all that a repository has had. */
export interface RootLink {
  /** Public key (Ed25519) of the root key: 32 bytes, base64. */
  readonly key: string;
  /** That the root key before it has made this one its successor: 64 bytes, base64. Absent of the first. */
  readonly signature?: string | undefined;
}

/** What stands before the 32 bytes of a key in DER (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

const privateKey = (rootKey: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8, subkey(rootKey, 'lineage')]), format: 'der', type: 'pkcs8' });

const publicKey = (key: string): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI, Buffer.from(key, 'base64')]), format: 'der', type: 'spki' });

/** Names a root key: its public key, base64. */
export function rootName(rootKey: Uint8Array): string {
  const der = createPublicKey(privateKey(rootKey)).export({ format: 'der', type: 'spki' });
  return der.subarray(SPKI.length).toString('base64');
}

const statement = (repositoryId: Uint8Array, successor: string): Buffer =>
  Buffer.concat([Buffer.from('holdfast/root/'), repositoryId, Buffer.from(successor, 'base64')]);

/** The row of root keys with one more, which the newest of them vouches for. */
export function withSuccessor(
  lineage: readonly RootLink[] | undefined,
  rootKey: Uint8Array,
  next: { readonly rootKey: Uint8Array; readonly repositoryId: Uint8Array },
): readonly RootLink[] {
  const key = rootName(next.rootKey);
  const signature = sign(null, statement(next.repositoryId, key), privateKey(rootKey)).toString('base64');
  return [...(lineage ?? [{ key: rootName(rootKey) }]), { key, signature }];
}

/** Whether root key `to` comes from root key `from`, each in between made by the one before it. Both by name. */
export function comesFrom(
  lineage: readonly RootLink[] | undefined,
  { from, to, repositoryId }: { readonly from: string; readonly to: string; readonly repositoryId: Uint8Array },
): boolean {
  if (from === to) return true;
  const row = lineage ?? [];
  const start = row.findIndex(({ key }) => key === from);
  if (start < 0 || row.at(-1)?.key !== to) return false;
  return row.slice(start + 1).every(({ key, signature = '' }, i) => {
    const before = row[start + i] as RootLink;
    const bytes = Buffer.from(signature, 'base64');
    return verify(null, statement(repositoryId, key), publicKey(before.key), bytes);
  });
}
