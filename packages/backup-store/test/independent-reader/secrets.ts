// What a secret is, and how it leads to the root key.
import { hkdfSync, scryptSync } from 'node:crypto';
import { Cursor, demand, openSealed, sha256 } from './sealed.ts';

/** One of the secrets; the text of the key file, not its path. Without any: a repository that is not encrypted. */
export interface Secret {
  readonly keyFile?: string | undefined;
  readonly passphrase?: string | undefined;
  readonly recoveryCode?: string | undefined;
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
  if (secret.keyFile !== undefined) return { type: 1, bytes: keyFileBytes(secret.keyFile, repositoryId) };
  if (secret.recoveryCode !== undefined) return { type: 3, bytes: recoveryBytes(secret.recoveryCode) };
  return { type: 2, bytes: Buffer.from((secret.passphrase ?? '').normalize('NFKC')) };
}

/** What is wrong with a slot as everybody can see it, if anything. */
export function slotProblem({ key, object }: Slot): string | undefined {
  if (object.length < 72 || object.length > 16_384) return `${key}: its size is impossible`;
  if (!sha256(object.subarray(0, -32)).equals(object.subarray(-32))) return `${key}: damaged`;
  const [version = 0, type = 0, logN = 0, r = 0, p = 0] = object;
  if (version !== 0) return `${key}: a newer format`;
  if (type < 1 || type > 3) return `${key}: an unknown type of secret`;
  if (logN < 10 || logN > 20 || r < 1 || r > 8 || p < 1 || p > 4) return `${key}: impossible parameters`;
  return undefined;
}

function slotKey({ object }: Slot, secret: Buffer): Buffer {
  const [, type, logN = 0, r = 0, p = 0] = object;
  const N = 2 ** logN;
  const options = { N, r, p, maxmem: 128 * r * (N + p + 2) };
  const strong = type === 2 ? scryptSync(secret, object.subarray(8, 40), 32, options) : secret;
  return Buffer.from(hkdfSync('sha256', strong, '', 'holdfast/key/slot', 32));
}

/** Opens the slot of this secret. Returns the root key. */
export function openSlots(slots: readonly Slot[], secret: Secret, repositoryId: string): Buffer {
  const { type, bytes } = secretBytes(secret, repositoryId);
  for (const slot of slots) {
    if (slotProblem(slot) !== undefined || slot.object[1] !== type) continue;
    const name = {
      repositoryId: Buffer.from(repositoryId, 'hex'),
      kind: 1,
      subkey: slotKey(slot, bytes),
      key: slot.key,
      extra: slot.object.subarray(0, 40),
    };
    let content: Buffer;
    try {
      content = openSealed(name, slot.object.subarray(40, -32));
    } catch {
      continue; // The slot of another secret.
    }
    const cursor = new Cursor(content);
    const rootKey = cursor.raw(32);
    cursor.varint();
    cursor.end();
    return rootKey;
  }
  throw new Error('No key slot opens with this secret');
}
