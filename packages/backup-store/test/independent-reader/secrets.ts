// What a secret is, and how it leads to the root key.
import { createPrivateKey, createPublicKey, diffieHellman, hkdfSync, scryptSync } from 'node:crypto';
import { Decrypter } from 'age-encryption';
import { Cursor, demand, openSealed, sha256 } from './sealed.ts';

/** One of the secrets; the text of the key file, not its path. Without any: a repository that is not encrypted. */
export interface Secret {
  readonly keyFile?: string | undefined;
  readonly passphrase?: string | undefined;
  readonly recoveryCode?: string | undefined;
  /** What is in the age files of slots, as {@link unwrapAge} gives it. */
  readonly age?: readonly Buffer[] | undefined;
}

/** A key slot as it is stored. */
export interface Slot {
  readonly key: string;
  readonly object: Buffer;
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

function keyFileBytes(text: string, id: string): Buffer {
  const start = Buffer.from(text).toString('utf8', 0, 4096);
  const line = start
    .split('\n')
    .map((each) => each.trimEnd())
    .find((each) => each.startsWith('holdfast-key-0 '));
  const parts = /^holdfast-key-0 ([0-9a-f]{32}) ([\w-]{43}) ([0-9a-f]{8})$/.exec(line ?? '');
  demand(parts !== null, 'This is no key file');
  const secret = Buffer.from(parts[2] ?? '', 'base64url');
  const check = sha256(`holdfast/key-file/${parts[1]}/`, secret).toString('hex', 0, 4);
  demand(check === parts[3], 'The key file is damaged');
  demand(parts[1] === id, 'The key file belongs to another repository');
  return secret;
}

function recoveryBytes(code: string): Buffer {
  const letters = code.replaceAll(/[\s-]/g, '').toUpperCase().replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  demand(letters.length === 32, 'The recovery code does not have 32 letters');
  let bits = 0n;
  for (const letter of letters) {
    const value = alphabet.indexOf(letter);
    demand(value >= 0, 'The recovery code has a letter that is in none');
    bits = bits * 32n + BigInt(value);
  }
  const bytes = Buffer.from(bits.toString(16).padStart(40, '0'), 'hex');
  const secret = bytes.subarray(0, 18);
  demand(
    sha256('holdfast/recovery', secret).subarray(0, 2).equals(bytes.subarray(18)),
    'The recovery code is mistyped',
  );
  return secret;
}

/** Type and bytes of a secret. */
function secretBytes(secret: Secret, repositoryId: string): { type: number; bytes: Buffer } {
  if (secret.age !== undefined) return { type: 4, bytes: secret.age[0] ?? Buffer.alloc(0) };
  if (secret.keyFile !== undefined) return { type: 1, bytes: keyFileBytes(secret.keyFile, repositoryId) };
  if (secret.recoveryCode !== undefined) return { type: 3, bytes: recoveryBytes(secret.recoveryCode) };
  return { type: 2, bytes: Buffer.from((secret.passphrase ?? '').normalize('NFKC')) };
}

/** Forms by type: sealed with the slot key, or to its public key. */
const knownForms: Readonly<Record<number, readonly number[]>> = { 1: [0, 1], 2: [0, 1], 3: [0, 1], 4: [0] };

/** What is wrong with a slot as everybody can see it, if anything. */
export function slotProblem({ key, object }: Slot): string | undefined {
  if (object.length < 72 || object.length > 65_536) return `${key}: its size is impossible`;
  if (!sha256(object.subarray(0, -32)).equals(object.subarray(-32))) return `${key}: damaged`;
  const [version = 0, type = 0, logN = 0, r = 0, p = 0, form = 0] = object;
  if (version !== 0) return `${key}: a newer format`;
  if (!knownForms[type]?.includes(form)) return `${key}: an unknown type of secret`;
  if (logN < 10 || logN > 20 || r < 1 || r > 8 || p < 1 || p > 4) return `${key}: impossible parameters`;
  if (wrapEnd(object) > object.length - 32) return `${key}: shorter than it says`;
  return undefined;
}

/** Where the sealed object of a slot begins. */
function wrapEnd(object: Buffer): number {
  if (object[1] === 4) return object.length < 76 ? Infinity : 44 + object.readUInt32LE(40);
  return object[5] === 1 ? 72 : 40;
}

/** The secrets in the age files of slots that one of the identities opens. */
export async function unwrapAge(slots: readonly Slot[], identities: readonly string[]): Promise<Buffer[]> {
  const secrets: Buffer[] = [];
  for (const slot of slots) {
    if (slotProblem(slot) !== undefined || slot.object[1] !== 4) continue;
    const decrypter = new Decrypter();
    for (const identity of identities) decrypter.addIdentity(identity);
    const file = slot.object.subarray(44, wrapEnd(slot.object));
    const secret = await decrypter.decrypt(file).catch(() => undefined);
    if (secret?.length === 32) secrets.push(Buffer.from(secret));
  }
  return secrets;
}

const pkcs8 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const spki = Buffer.from('302a300506032b656e032100', 'hex');

/** The key of a slot that is sealed to the public key of its secret. */
function pairKey(own: Buffer, ephemeral: Buffer): Buffer {
  const seed = Buffer.from(hkdfSync('sha256', own, '', 'holdfast/key/slot-pair', 32));
  const privateKey = createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey({ key: Buffer.concat([spki, ephemeral]), format: 'der', type: 'spki' });
  const shared = diffieHellman({ privateKey, publicKey });
  const ours = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  const input = Buffer.concat([shared, ephemeral, ours]);
  return Buffer.from(hkdfSync('sha256', input, '', 'holdfast/key/slot-to-pair', 32));
}

function slotKey({ object }: Slot, secret: Buffer): Buffer {
  const [, type, logN = 0, r = 0, p = 0] = object;
  const N = 2 ** logN;
  const options = { N, r, p, maxmem: 128 * r * (N + p + 2) };
  const strong = type === 2 ? scryptSync(secret, object.subarray(8, 40), 32, options) : secret;
  const own = Buffer.from(hkdfSync('sha256', strong, '', 'holdfast/key/slot', 32));
  return object[5] === 1 ? pairKey(own, object.subarray(40, 72)) : own;
}

/** The slots that this secret opens, and the root key in each. */
export function openSlots(
  slots: readonly Slot[],
  secret: Secret,
  repositoryId: string,
): { readonly key: string; readonly rootKey: Buffer }[] {
  const { type, bytes } = secretBytes(secret, repositoryId);
  const opened = slots.flatMap((slot) => {
    if (slotProblem(slot) !== undefined || slot.object[1] !== type) return [];
    // Each age file has a secret of its own.
    for (const each of type === 4 ? (secret.age ?? []) : [bytes]) {
      const rootKey = openSlot(slot, each, repositoryId);
      if (rootKey !== undefined) return [{ key: slot.key, rootKey }];
    }
    return [];
  });
  demand(opened.length > 0, 'No key slot opens with this secret');
  return opened;
}

function openSlot(slot: Slot, secret: Buffer, repositoryId: string): Buffer | undefined {
  const { key, object } = slot;
  const end = wrapEnd(object);
  const rest = object.subarray(40, end);
  const extra = [object.subarray(0, 40), rest.length === 0 ? rest : sha256(rest)];
  const name = {
    repositoryId: Buffer.from(repositoryId, 'hex'),
    kind: 1,
    subkey: slotKey(slot, secret),
    key,
    extra: Buffer.concat(extra),
  };
  let content: Buffer;
  try {
    content = openSealed(name, object.subarray(end, -32));
  } catch {
    return undefined; // The slot of another secret.
  }
  const cursor = new Cursor(content);
  const rootKey = cursor.raw(32);
  cursor.varint();
  cursor.end();
  return rootKey;
}
