import { createHash, createHmac, scryptSync } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';

import { type Binding, fence, Fields, hex, openSealed, type Opened, row, subkey, wrapped } from './example-bytes.ts';
import type { Example } from './make-example.ts';
import { exampleRound } from './example-round.ts';
import { otherValues } from './other-values.ts';

/** The text of the chapter that takes the example apart: each value is computed from the stored bytes and the secrets. */
export function workedExample(example: Example): string {
  return new WorkedExample(example).text();
}

const NO_LABEL = Buffer.alloc(8);
const KINDS = ['directory', 'file', 'symlink', 'socket', 'fifo', 'block-device', 'char-device'];
const sha256 = (...parts: (Uint8Array | string)[]): Buffer =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** A path as text, with what is not ASCII as `\\xNN`. */
const shownPath = (path: Buffer): string =>
  `"${path.toString('latin1').replaceAll(/[^ -~]/g, (letter) => `\\x${hex(Buffer.from(letter, 'latin1'))}`)}"`;

class WorkedExample {
  readonly #example: Example;
  readonly #objects: ReadonlyMap<string, Buffer>;
  readonly #id: Buffer;
  readonly #parts: string[] = [];

  constructor(example: Example) {
    this.#example = example;
    this.#objects = new Map(Object.entries(example.objects).map(([key, text]) => [key, Buffer.from(text, 'base64')]));
    const marker = JSON.parse(this.#object('holdfast.json').toString()) as { id: string };
    this.#id = Buffer.from(marker.id, 'hex');
  }

  text(): string {
    this.#list();
    this.#marker();
    const rootKey = this.#slots();
    this.#config(rootKey);
    const tenant = this.#keyring(rootKey);
    const commit = this.#commit(tenant);
    const place = this.#index(tenant, commit);
    this.#packs(tenant, place, commit);
    const opened = (name: string, kind: number): Opened => {
      const object = Buffer.from(this.#example.round.created[name] as string, 'base64');
      return openSealed(object, tenant.keeperKey, { repositoryId: this.#id, label: tenant.label, kind, name });
    };
    this.#say('### 10. A round of garbage collection', ...exampleRound(this.#example, opened));
    this.#say('### 11. What the example does not have', ...otherValues());
    return this.#parts.join('\n\n');
  }

  #object(name: string): Buffer {
    const object = this.#objects.get(name);
    if (object === undefined) throw new Error(`The example has no ${name}`);
    return object;
  }

  #say(...parts: string[]): void {
    this.#parts.push(...parts);
  }

  #open(name: string, key: Uint8Array, kind: number, label: Uint8Array = NO_LABEL): Opened {
    const binding: Binding = { repositoryId: this.#id, label, kind, name };
    return openSealed(this.#object(name), key, binding, kind === 5 ? 80 : 0);
  }

  /** The rows of an envelope that is opened. */
  #envelope(key: Uint8Array, opened: Opened): string[] {
    const { salt, commitment, info, derived, nonce, ciphertext, tag, content, padding } = opened;
    return [
      row('subkey', hex(key)),
      row('salt', hex(salt)),
      row('info', hex(info)),
      row('HKDF 0..31', `${hex(derived.subarray(0, 32))} = key of the object`),
      row('HKDF 32..63', `${hex(commitment)} = bytes 48 to 79`),
      row('nonce', `${hex(nonce)} (block 0 is the last one)`),
      row('ciphertext', `${hex(ciphertext.subarray(0, 32))}... (${ciphertext.length} bytes)`),
      row('tag', hex(tag)),
      row('plaintext', `${content.length} bytes of content, 80, ${padding - 1} bytes 00`),
    ];
  }

  #list(): void {
    const { keyFile, recoveryCode, passphrase } = this.#example;
    this.#say('### 1. What there is', 'The secrets: the key file, the recovery code and the passphrase.');
    this.#say(
      fence(
        ...keyFile
          .trimEnd()
          .split('\n')
          .flatMap((line) => wrapped(line, 110)),
        '',
        recoveryCode,
        '',
        passphrase,
      ),
    );
    this.#say('The objects and their sizes in bytes, but for `reserve/0`.');
    this.#say(fence(...[...this.#objects].map(([key, bytes]) => `${String(bytes.length).padStart(5)}  ${key}`)));
  }

  #marker(): void {
    const bytes = this.#object('holdfast.json');
    const { id, check } = JSON.parse(bytes.toString()) as { id: string; check: string };
    const digest = hex(sha256(`holdfast-repository/0/${id}`));
    if (!digest.startsWith(check)) throw new Error('The marker is damaged');
    if (!this.#object('holdfast-copy.json').equals(bytes)) throw new Error('The copy of the marker is another one');
    this.#say(
      '### 2. The marker',
      fence(
        row('bytes', bytes.toString().trimEnd()),
        row('', 'and one byte 0a'),
        row('check', `SHA-256("holdfast-repository/0/${id}")`),
        row('', `= ${digest.slice(0, 16)}...`),
        row('copy', 'holdfast-copy.json: the same bytes'),
      ),
    );
  }

  #secrets(): { type: number; title: string; secret: Buffer; rows: string[] }[] {
    const { keyFile, recoveryCode, passphrase } = this.#example;
    const fields =
      keyFile
        .split('\n')
        .find((line) => line.startsWith('holdfast-key-0 '))
        ?.split(' ') ?? [];
    const key = Buffer.from(fields[2] as string, 'base64url');
    const keyCheck = hex(sha256(`holdfast/key-file/${fields[1]}/`, key));
    const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
    const bits = [...recoveryCode.replaceAll('-', '')].reduce(
      (sum, letter) => sum * 32n + BigInt(letters.indexOf(letter)),
      0n,
    );
    const code = Buffer.from(bits.toString(16).padStart(40, '0'), 'hex');
    const secret = code.subarray(0, 18);
    const codeCheck = hex(sha256('holdfast/recovery', secret));
    if (!keyCheck.startsWith(fields[3] as string) || !codeCheck.startsWith(hex(code.subarray(18))))
      throw new Error('Mistyped');
    return [
      {
        type: 1,
        title: 'Key file',
        secret: key,
        rows: [
          row('check', `SHA-256("holdfast/key-file/${fields[1]}/" || secret)`),
          row('', `= ${keyCheck.slice(0, 8)}...`),
        ],
      },
      {
        type: 3,
        title: 'Recovery code',
        secret,
        rows: [
          row('20 bytes', hex(code)),
          row('check', `SHA-256("holdfast/recovery" || secret) = ${codeCheck.slice(0, 4)}...`),
        ],
      },
      { type: 2, title: 'Passphrase', secret: Buffer.from(passphrase), rows: [] },
    ];
  }

  #slots(): Buffer {
    this.#say('### 3. The key slots', 'The recovery code and its slot in full:');
    let root: Buffer | undefined;
    const slots = [...this.#objects].filter(([key]) => key.startsWith('keys/slots/'));
    for (const { type, title, secret, rows } of this.#secrets().toSorted((a, b) => b.type - a.type)) {
      const [name, object] = slots.find(([, bytes]) => bytes[1] === type) as [string, Buffer];
      const parameters = object.subarray(0, 40);
      const checksum = sha256(object.subarray(0, -32));
      if (!checksum.equals(object.subarray(-32))) throw new Error('The slot is damaged');
      const slow =
        type === 2
          ? scryptSync(secret, parameters.subarray(8), 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 })
          : undefined;
      const key = subkey(slow ?? secret, 'slot');
      const binding: Binding = { repositoryId: this.#id, label: NO_LABEL, kind: 1, name, extra: parameters };
      const opened = openSealed(object.subarray(40, -32), key, binding);
      root ??= opened.content.subarray(0, 32);
      if (!root.equals(opened.content.subarray(0, 32))) throw new Error('The slots hold different root keys');
      const derivation = [
        ...rows,
        row('secret', hex(secret)),
        ...(slow === undefined ? [] : [row('scrypt', hex(slow))]),
      ];
      if (type === 3) this.#fullSlot(name, { object, parameters, checksum, derivation, key, opened });
      else
        this.#say(
          fence(
            row(title, name),
            row('parameters', hex(parameters)),
            ...derivation,
            row('slot key', hex(key)),
            row('content', hex(opened.content)),
          ),
        );
      if (type === 3) this.#say('The other two, in short; each leads to the same root key.');
    }
    return root as Buffer;
  }

  #fullSlot(
    name: string,
    slot: { object: Buffer; parameters: Buffer; checksum: Buffer; derivation: string[]; key: Buffer; opened: Opened },
  ): void {
    const { object, parameters, checksum, derivation, key, opened } = slot;
    const fields = new Fields(opened.content);
    fields.raw(32);
    fields.line('root key');
    const at = fields.varint();
    fields.line(`varint ${at}: made ${new Date(at).toISOString()}`);
    this.#say(
      fence(
        row('name', name),
        row('0..39', hex(parameters)),
        row('40..119', hex(object.subarray(40, 120))),
        row('4136..4167', `${hex(checksum)} = SHA-256 of bytes 0 to 4135`),
        '',
        ...derivation,
        ...this.#envelope(key, opened),
        row('content', ''),
        ...fields.lines,
      ),
    );
  }

  #config(rootKey: Buffer): void {
    const key = subkey(rootKey, 'config');
    const opened = this.#open('config/000000000001', key, 2);
    this.#say(
      '### 4. The configuration',
      fence(
        row('name', 'config/000000000001'),
        ...this.#envelope(key, opened),
        row('content', opened.content.toString()),
      ),
      ...this.#copy('config-copy/000000000001', { key, kind: 2, content: opened.content }),
    );
  }

  /** The copy of a ledger's entry: the same content under another name. */
  #copy(name: string, of: { key: Buffer; kind: number; content: Buffer }): string[] {
    const { salt, derived, content } = this.#open(name, of.key, of.kind);
    if (!content.equals(of.content)) throw new Error(`${name} says something else`);
    return [
      'Its copy has the same content, sealed for its own name:',
      fence(
        row('name', name),
        row('salt', hex(salt)),
        row('HKDF 0..31', `${hex(derived.subarray(0, 32))} = key of the object`),
      ),
    ];
  }

  #keyring(rootKey: Buffer): Tenant {
    const key = subkey(rootKey, 'keyring');
    const opened = this.#open('keys/ring/000000000001', key, 3);
    const { tenants } = JSON.parse(opened.content.toString()) as {
      tenants: { key: string; keeperKey: string; label: string }[];
    };
    const record = tenants[0] as (typeof tenants)[0];
    const tenant = {
      label: Buffer.from(record.label, 'hex'),
      key: Buffer.from(record.key, 'base64'),
      keeperKey: Buffer.from(record.keeperKey, 'base64'),
    };
    this.#say(
      '### 5. The keyring and the keys of the tenant',
      fence(
        row('name', 'keys/ring/000000000001'),
        ...this.#envelope(key, opened),
        row('content', opened.content.toString()),
      ),
      ...this.#copy('keys/ring-copy/000000000001', { key, kind: 3, content: opened.content }),
      'The subkeys of the tenant `default`, by label:',
      fence(
        row('tenant key', hex(tenant.key)),
        ...['id', 'gear', 'index', 'meta', 'session', 'key-id', 'pack/0'].map((label) =>
          row(label, hex(subkey(tenant.key, label))),
        ),
        row('keeper key', `${hex(Buffer.from(record.keeperKey, 'base64'))} (used as it is)`),
        row('keyId', `${hex(subkey(tenant.key, 'key-id').subarray(0, 8))} (in snapshot records)`),
      ),
    );
    return tenant;
  }

  #commit({ label, key }: Tenant): Commit {
    const name = [...this.#objects.keys()].find((each) => each.startsWith('commits/')) as string;
    const opened = this.#open(name, subkey(key, 'meta'), 7, label);
    const commit = JSON.parse(opened.content.toString()) as Commit;
    // The text is canonical already: taking out one field leaves canonical text.
    const { manifestSha256 } = commit.record;
    const record = /"record":(\{.*\}),"segments":/su.exec(opened.content.toString())?.[1] as string;
    const digest = hex(sha256(record.replace(`"manifestSha256":"${manifestSha256}",`, '')));
    if (digest !== manifestSha256) throw new Error('The record has another digest');
    this.#say(
      '### 6. The commit',
      fence(
        row('name', name),
        ...this.#envelope(subkey(key, 'meta'), opened),
        row('content', opened.content.toString()),
        row(
          'manifest',
          `SHA-256 of the ${Buffer.byteLength(record) - manifestSha256.length - 20} bytes of the record without "manifestSha256":"...",`,
        ),
        row('', `= ${digest}`),
      ),
    );
    return commit;
  }

  #index({ label, key }: Tenant, { record, segments }: Commit): ReadonlyMap<string, string> {
    const name = `index/${hex(label)}/${record.id}/${segments[0]}`;
    const opened = this.#open(name, subkey(key, 'index'), 6, label);
    const fields = new Fields(opened.content);
    const packOf = new Map<string, string>();
    const packs = fields.varint();
    fields.line(`${packs} packs`);
    for (let i = 0; i < packs; i++) {
      const session = hex(fields.raw(16));
      fields.line('session');
      const pack = `packs/${hex(label)}/${session}/${hex(fields.raw(8))}`;
      fields.line('pack id');
      const epoch = fields.varint();
      const size = fields.varint();
      fields.line(`epoch ${epoch}, ${size} bytes stored`);
      const object = this.#object(pack);
      const same = fields.raw(32).equals(object.subarray(16, 48));
      fields.line('salt');
      if (!fields.raw(32).equals(object.subarray(48, 80)) || !same) throw new Error('The index has another header');
      fields.line('commitment');
      const length = fields.varint();
      fields.line(`directory of ${length} bytes:`);
      for (const id of directory(fields)) packOf.set(id, pack);
    }
    this.#say(
      '### 7. The index segment',
      fence(row('name', name), ...this.#envelope(subkey(key, 'index'), opened), row('content', ''), ...fields.lines),
    );
    return packOf;
  }

  #packs({ label, key }: Tenant, packOf: ReadonlyMap<string, string>, { record }: Commit): void {
    const { catalog } = record.sources[0] as Commit['record']['sources'][0];
    const blobId = (type: number, digest: string): string =>
      hex(createHmac('sha256', subkey(key, 'id')).update(Uint8Array.of(type)).update(digest, 'hex').digest());
    const full = blobId(2, catalog.sha256);
    const pageName = packOf.get(full.slice(0, 32)) as string;
    const dataName = [...packOf.values()].find((name) => name !== pageName) as string;
    const page = this.#pack(pageName, { label, key });
    this.#say(
      '### 8. The catalog',
      fence(
        row('page', `SHA-256 ${catalog.sha256}`),
        row('', `${catalog.length} bytes, height ${catalog.height}`),
        row('HMAC input', `02${catalog.sha256}`),
        row('HMAC', full),
        row('blob id', full.slice(0, 32)),
        row('is in', pageName),
        ...page.rows,
      ),
    );
    const frame = page.frame(0);
    if (hex(sha256(frame)) !== catalog.sha256) throw new Error('The page has another digest');
    const leaf = leafPage(frame);
    this.#say('The page itself, unpacked. It is the top page and, at height 0, a leaf:', fence(...leaf.lines));
    const data = this.#pack(dataName, { label, key });
    const rows = leaf.files.map(({ path, digest, size }) =>
      row(path, `${blobId(1, digest).slice(0, 32)}, ${size} bytes`),
    );
    const content = data.frame(0);
    this.#say(
      '### 9. The content of files',
      'The blob ids of the files: the first half of HMAC-SHA-256 with the subkey `id` of 01 and the digest in the page.',
      fence(...rows),
      'By the index both blobs are in frame 0 of the other pack.',
      fence(
        row('name', dataName),
        ...data.rows,
        '',
        row(
          'unpacked',
          `${content.length} bytes: 20 times ${JSON.stringify(content.toString().slice(0, 16))}, then ${JSON.stringify(content.toString().slice(320))}`,
        ),
      ),
    );
  }

  #pack(
    name: string,
    { label, key }: Omit<Tenant, 'keeperKey'>,
  ): { rows: string[]; frame: (number: number) => Buffer } {
    const object = this.#object(name);
    const opened = this.#open(name, subkey(key, 'pack/0'), 5, label);
    if (!object.subarray(0, 80).equals(object.subarray(-80))) throw new Error('A pack has two different headers');
    const { content } = opened;
    const length = content.readUInt32LE(content.length - 4);
    const at = content.length - 4 - length;
    const fields = new Fields(content, at);
    directory(fields);
    fields.raw(4);
    fields.line(`u32: the directory has ${length} bytes`);
    const frames = new Fields(content);
    frames.raw(at);
    frames.line(`frame 0: zstd, ${at} bytes`);
    const rows = [
      ...this.#envelope(subkey(key, 'pack/0'), opened),
      row('last 80', 'the same header once more'),
      row('content', ''),
      ...frames.lines,
      ...fields.lines,
    ];
    return { rows, frame: () => zstdDecompressSync(content.subarray(0, at)) };
  }
}

interface Tenant {
  readonly label: Buffer;
  readonly key: Buffer;
  readonly keeperKey: Buffer;
}

interface Commit {
  readonly segments: readonly string[];
  readonly record: {
    readonly id: string;
    readonly manifestSha256: string;
    readonly sources: readonly {
      readonly catalog: { readonly sha256: string; readonly length: number; readonly height: number };
    }[];
  };
}

/** Takes a pack's directory apart; gives the ids in it. */
function directory(fields: Fields): string[] {
  const ids: string[] = [];
  const frames = fields.varint();
  fields.line(`${frames} frame${frames === 1 ? '' : 's'}`);
  for (let i = 0; i < frames; i++) {
    const [stored, raw, codec, blobs] = [fields.varint(), fields.varint(), fields.u8(), fields.varint()];
    fields.line(`${stored} bytes stored, ${raw} unpacked, codec ${codec}, ${blobs} blob${blobs === 1 ? '' : 's'}`);
    for (let b = 0; b < blobs; b++) {
      const type = fields.u8();
      ids.push(hex(fields.raw(16)));
      fields.line(`type ${type}, id`);
      fields.line(`${fields.varint()} bytes`);
    }
  }
  return ids;
}

/** Takes a leaf page apart. */
function leafPage(page: Buffer): { lines: string[]; files: { path: string; digest: string; size: number }[] } {
  const fields = new Fields(page);
  const files: { path: string; digest: string; size: number }[] = [];
  const height = fields.u8();
  const count = fields.varint();
  const digests = fields.varint();
  fields.line(`height ${height}, ${count} entries, ${digests} digests`);
  let path = Buffer.alloc(0);
  let next = page.length - 32 * digests;
  for (let i = 0; i < count; i++) {
    const shared = fields.varint();
    path = Buffer.concat([path.subarray(0, shared), fields.bytes()]);
    fields.line(`${shared} bytes as before: path ${shownPath(path)}`);
    const bits = fields.u8();
    const kind = KINDS[bits & 15] as string;
    const flags = ['sparse', 'torn', 'hard link', 'mode and owner as before'].filter(
      (_, bit) => (bits & (16 << bit)) !== 0,
    );
    fields.line([kind, ...flags].join(', '));
    if ((bits & 0x80) === 0) {
      const [mode, uid, gid] = [fields.varint(), fields.varint(), fields.varint()];
      fields.line(`mode ${mode.toString(8).padStart(4, '0')}, uid ${uid}, gid ${gid}`);
    }
    const [seconds, nanos] = [fields.zigzag(), fields.varint()];
    fields.line(`time ${seconds} s + ${nanos} ns`);
    if (kind === 'file') {
      const [size, blobs] = [fields.varint(), fields.varint()];
      fields.line(`${size} bytes in ${blobs} blob${blobs === 1 ? '' : 's'}`);
      if (blobs === 1) files.push({ path: shownPath(path), digest: hex(page.subarray(next, next + 32)), size });
      next += 32 * blobs;
    }
    if (kind === 'symlink') fields.line(`to ${JSON.stringify(fields.bytes().toString())}`);
    if ((bits & 0x40) !== 0) fields.line(`first name: ${JSON.stringify(fields.bytes().toString())}`);
  }
  for (const { path: of } of files) {
    fields.raw(32);
    fields.line(`digest: ${of}`);
  }
  if (fields.left > 0) throw new Error('A leaf page goes on');
  return { lines: fields.lines, files };
}
