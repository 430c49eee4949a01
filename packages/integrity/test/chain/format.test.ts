import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type ChainEntry,
  createChain,
  formatSegmentHeader,
  leafHash,
  parseSegmentHeader,
  signCheckpoint,
  verifyChain,
  verifyCheckpoint,
} from '../../src/index.ts';

// Frozen: they never change within version 1. The hashes were computed with Python's hashlib as well.
const origin = 'example.com/audit';
const start = '4027e392ed5269f43400a5d668a3da7e6a9251b670935d8d1d8e7a4f2de8fc1d';
const entries = [
  {
    line: '{"event":"login","user":"ada"}',
    leaf: 'b0791424ea27617b94fc65940ad108d52738a0b1c37db581996d0cbc4a39f5bd',
    link: '707d3fd298d0fc302c358236f5e7579f8a964e755ba558cbbaad5d9e1631e5e8',
  },
  {
    line: '{"event":"logout","user":"ada"}',
    leaf: '12f5e8ead322dcb783edc4873f904df1022b5c920978129b8c4a1c659a174ebf',
    link: '3392e9f0471b446f7758bb935d34a373ded16e0340f8e628c685ca363b0a7638',
  },
  {
    line: '',
    leaf: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    link: '57ba4cbe6bf7d71deb319048af59e3876879d155f75c509a03064a0b789114ce',
  },
] as const;
const root = '3a1c4c553aa92b768fee5e9394d9abc932444de6f2a1a1992f539b079e830665';
const state = {
  version: 1,
  origin,
  size: 3,
  link: entries[2].link,
  peaks: ['9789cad5d9f2175190040a0eb1e698a8ca66adad47c63839db67b77aa71d25e7', entries[2].leaf],
} as const;
const header = `{"chain":"holdfast-chain-v1","origin":"${origin}","first":3,"previous":"${entries[2].link}"}`;
const secret = '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60';
const checkpoint = `example.com/audit
3
OhxMVTqpK3aP7l6TlNmryTJETebyoaGZL1ObB56DBmU=

— example.com/audit V4QKDD4AR88LGZKC6qu7sh5z8xz8417d8bPq73TFrdBEgmV6VjZvwUXTNTE++yznwvYkMB93Mb5EVORkTYDSmXTgggs=
`;

const document = readFileSync(new URL('../../../../docs/formats/hash-chain.md', import.meta.url), 'utf8');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const unhex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));
const privateKey = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${secret}`, 'hex'),
  format: 'der',
  type: 'pkcs8',
});
const trusted = [{ name: origin, publicKey: createPublicKey(privateKey) }];

describe('the worked example of docs/formats/hash-chain.md', () => {
  it('is what the chain computes', () => {
    const chain = createChain(origin);
    expect(hex(chain.link)).toBe(start);
    for (const { line, leaf, link } of entries) {
      expect(hex(leafHash(Buffer.from(line)))).toBe(leaf);
      expect(hex(chain.append(Buffer.from(line)).hash)).toBe(link);
    }
    expect(hex(chain.checkpoint().root)).toBe(root);
    expect(chain.state()).toEqual(state);
    expect(formatSegmentHeader(chain.header())).toBe(header);
    expect(signCheckpoint(chain.checkpoint(), { name: origin, privateKey })).toBe(checkpoint);
  });

  it('verifies', async () => {
    const stored: ChainEntry[] = entries.map(({ line, link }) => ({ bytes: Buffer.from(line), hash: unhex(link) }));
    const segments = [{ header: { origin, first: 0, previous: unhex(start) }, entries: stored }];
    const checkpoints = [verifyCheckpoint(checkpoint, trusted)];
    expect(await verifyChain(segments, { origin, checkpoints })).toEqual({ ok: true, findings: [], state, covered: 3 });
    expect(parseSegmentHeader(header)).toEqual(createChain(origin, state).header());
  });

  it('is in the document as it is here', () => {
    const values = [start, root, header, secret, checkpoint, ...state.peaks, '57840a0c'];
    for (const value of [...values, ...entries.flatMap((each) => [each.line, each.leaf, each.link])]) {
      expect(document).toContain(value);
    }
  });
});
