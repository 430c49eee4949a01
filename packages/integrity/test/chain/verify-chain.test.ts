import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChainEntry,
  type ChainReport,
  type ChainSegment,
  type Checkpoint,
  createChain,
  createMerkleBuilder,
  leafHash,
  MerkleTree,
  verifyChain,
  verifyConsistency,
  verifyInclusion,
} from '../../src/index.ts';
import { bytesOf, entriesOf, origin, segmentsOf, type Stored } from './chains.ts';

/** A checkpoint of the first `size` entries. */
function checkpointOf(entries: readonly ChainEntry[], size: number): Checkpoint {
  const chain = createChain(origin);
  for (const { bytes } of entries.slice(0, size)) chain.append(bytes);
  return chain.checkpoint();
}

async function verified(
  segments: readonly ChainSegment[],
  checkpoints: readonly Checkpoint[] = [],
): Promise<ChainReport> {
  return await verifyChain(segments, { origin, checkpoints });
}

const one = (entries: readonly ChainEntry[]): ChainSegment[] => [
  { header: createChain(origin).header(), entries: [...entries] },
];

describe('a chain that is whole', () => {
  it.each<Stored>(['hash', 'previous', 'all'])('is seen to be, with %s stored', async (stored) => {
    const entries = entriesOf(10, stored);
    const checkpoints = [0, 4, 10].map((size) => checkpointOf(entries, size));
    expect(await verified(segmentsOf(entries, [3, 3, 7]), checkpoints)).toMatchObject({
      ok: true,
      findings: [],
      covered: 10,
      state: { version: 1, origin, size: 10 },
    });
  });

  it('is seen to be whatever its segments and checkpoints, read piece by piece', async () => {
    const entries = entriesOf(20);
    const places = fc.array(fc.nat(20), { maxLength: 5 }).map((numbers) => numbers.toSorted((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(places, fc.array(fc.nat(20)), async (starts, sizes) => {
        async function* stream(): AsyncGenerator<ChainSegment> {
          for (const segment of segmentsOf(entries, starts)) yield await Promise.resolve(segment);
        }
        const checkpoints = sizes.map((size) => checkpointOf(entries, size));
        const report = await verifyChain(stream(), { origin, checkpoints });
        expect(report).toMatchObject({ ok: true, covered: Math.max(0, ...sizes) });
      }),
    );
  });

  it('can be empty', async () => {
    expect(await verified([])).toMatchObject({ ok: true, covered: 0, state: { size: 0 } });
  });

  it('goes on from a state, when it is written and when it is verified', async () => {
    const entries = entriesOf(9);
    const first = await verified(segmentsOf(entries.slice(0, 5)));
    const from = JSON.parse(JSON.stringify(first.state)) as ChainReport['state'];
    const chain = createChain(origin, from);
    expect({ bytes: entries[5]?.bytes, ...chain.append(entries[5]?.bytes as Uint8Array) }).toEqual(entries[5]);
    const rest = segmentsOf(entries, [5]).slice(1);
    const checkpoints = [checkpointOf(entries, 5), checkpointOf(entries, 9), checkpointOf(entries, 2)];
    expect(await verifyChain(rest, { origin, from, checkpoints })).toMatchObject({ ok: true, covered: 9 });
  });

  it('has checkpoints whose roots prove its entries, and each other', () => {
    const entries = entriesOf(9);
    const tree = new MerkleTree();
    for (const { bytes } of entries) tree.append(bytes);
    const [older, newer] = [checkpointOf(entries, 4), checkpointOf(entries, 9)];
    const proof = tree.proveInclusion(6);
    const leaf = leafHash(bytesOf('entry 6'));
    expect(verifyInclusion({ leafHash: leaf, index: 6, size: newer.size, root: newer.root, proof })).toBe(true);
    const sizes = { size1: older.size, size2: newer.size, root1: older.root, root2: newer.root };
    expect(verifyConsistency({ ...sizes, proof: tree.proveConsistency(4, 9) })).toBe(true);
  });
});

describe.each<Stored>(['hash', 'previous', 'all'])('with %s stored', (stored) => {
  const entries = entriesOf(8, stored);
  const end = checkpointOf(entries, 8);
  const tampered = (change: (list: ChainEntry[]) => void): ChainEntry[] => {
    const list = entries.map((entry) => ({ ...entry }));
    change(list);
    return list;
  };
  const places = [0, 1, 3, 6, 7];

  it.each(places)('a change of entry %i is seen', async (number) => {
    const changed = tampered((list) => list.splice(number, 1, { ...list[number], bytes: bytesOf('other') }));
    const report = await verified(one(changed), [end]);
    expect(report.ok).toBe(false);
    if (stored !== 'previous') {
      expect(report.findings).toMatchObject([{ kind: 'bad-entry', number, why: 'hash' }]);
      expect(report.state.size).toBe(number);
    } else if (number < 7) {
      expect(report.findings).toMatchObject([{ kind: 'bad-entry', number: number + 1, why: 'previous' }]);
    } else {
      // Nothing links to the last entry but the checkpoint.
      expect(report.findings).toMatchObject([{ kind: 'fork', size: 8, since: 0 }]);
    }
  });

  it.each(places)('entry %i is missed when it is taken out', async (number) => {
    const report = await verified(one(tampered((list) => list.splice(number, 1))), [end]);
    const [finding] = report.findings;
    if (number === 7) expect(finding).toMatchObject({ kind: 'cut-tail', size: 7, checkpoint: { size: 8 } });
    else expect(finding).toMatchObject({ kind: 'bad-entry', number });
  });

  it.each(places)('an entry put in at %i is seen', async (number) => {
    const copy = entries[2] as ChainEntry;
    const report = await verified(one(tampered((list) => list.splice(number, 0, copy))), [end]);
    expect(report.findings[0]).toMatchObject({ kind: 'bad-entry' });
  });

  it.each(places.slice(0, -1))('entries %i and the next are seen to be swapped', async (number) => {
    const swapped = tampered((list) => list.splice(number, 2, list[number + 1] as never, list[number] as never));
    expect((await verified(one(swapped), [end])).findings[0]).toMatchObject({ kind: 'bad-entry', number });
  });

  it('a link that is left out is no way around', async () => {
    const stripped = tampered((list) => list.splice(4, 1, { bytes: bytesOf('forged') }));
    expect((await verified(one(stripped))).findings).toMatchObject([{ kind: 'bad-entry', number: 4, why: 'unlinked' }]);
  });
});

describe('segments', () => {
  const entries = entriesOf(9);
  const segments = segmentsOf(entries, [3, 6]);
  const [first, second, third] = segments as [ChainSegment, ChainSegment, ChainSegment];
  const foreign = { ...second, header: { ...second.header, origin: 'example.com/other' } };
  const detached = { ...second, header: { ...second.header, previous: new Uint8Array(32) } };
  const strange = { ...second, header: { ...second.header, first: Number.NaN } };

  it.each([
    ['one that is missing', [first, third], { kind: 'missing-segment', first: 3, next: 6 }],
    ['a first one that is missing', [second, third], { kind: 'missing-segment', first: 0, next: 3 }],
    ['one that is there twice', [first, second, second], { kind: 'bad-segment', why: 'overlap', number: 6 }],
    ['one of another chain', [first, foreign], { kind: 'bad-segment', why: 'origin', number: 3 }],
    ['one that links elsewhere', [first, detached], { kind: 'bad-segment', why: 'previous', number: 3 }],
    ['one without a number', [first, strange], { kind: 'bad-segment', why: 'overlap', number: 3 }],
    ['two in the wrong order', [first, third, second], { kind: 'missing-segment', first: 3, next: 6 }],
  ])('%s is reported', async (_, given, finding) => {
    const report = await verified(given, [checkpointOf(entries, 9)]);
    expect(report.findings).toMatchObject([{ ...finding, message: expect.any(String) as string }]);
  });

  it('a last one that is missing shows by the checkpoint only', async () => {
    expect(await verified([first, second], [checkpointOf(entries, 6)])).toMatchObject({ ok: true, covered: 6 });
    expect((await verified([first, second], [checkpointOf(entries, 9)])).findings).toMatchObject([
      { kind: 'cut-tail', size: 6, checkpoint: { size: 9 } },
    ]);
  });
});

describe('checkpoints', () => {
  const entries = entriesOf(6);
  const forged = entriesOf(6, 'all', 'forged');

  it('show a chain that was written anew with links that fit', async () => {
    const report = await verified(one([...forged]), [checkpointOf(entries, 2), checkpointOf(entries, 6)]);
    expect(report).toMatchObject({
      ok: false,
      covered: 0,
      findings: [
        { kind: 'fork', size: 2 },
        { kind: 'fork', size: 6 },
      ],
    });
  });

  it('show after which of them the histories part', async () => {
    const chain = createChain(origin);
    const mixed = [...entries.slice(0, 3), ...forged.slice(3)].map(({ bytes }) => ({ bytes, ...chain.append(bytes) }));
    const sizes = [6, 3, 1].map((size) => checkpointOf(entries, size));
    expect(await verified(one(mixed), sizes)).toMatchObject({
      covered: 3,
      findings: [{ kind: 'fork', size: 6, since: 3, checkpoints: [{ size: 6 }] }],
    });
  });

  it.each([4, 8])('of the same size (%i) and different roots are a fork themselves', async (size) => {
    const [one1, other] = [entriesOf(size), entriesOf(size, 'all', 'forged')];
    const checkpoints = [checkpointOf(one1, size), checkpointOf(other, size), checkpointOf(one1, size)];
    const report = await verified(one(entriesOf(6)), checkpoints);
    expect(report.findings[0]).toMatchObject({ kind: 'fork', size, checkpoints: [{ size }, { size }] });
    expect(report.findings.map(({ kind }) => kind)).toEqual(size === 4 ? ['fork'] : ['fork', 'cut-tail']);
  });

  it('of another chain are told apart', async () => {
    const strange = { ...checkpointOf(entries, 6), origin: 'example.com/other' };
    expect((await verified(one(entries), [strange])).findings).toMatchObject([{ kind: 'foreign-checkpoint' }]);
  });

  it('without any, the report covers nothing', async () => {
    expect(await verified(one(entries))).toMatchObject({ ok: true, covered: 0 });
  });
});

describe('what is given', () => {
  const code = (expected: string): unknown => expect.objectContaining({ code: expected });

  it.each(['', 'two\nlines', 'a\r', 'x'.repeat(1025), '\ud800', undefined])('%j is no origin', async (text) => {
    expect(() => createChain(text as never)).toThrow(code('INVALID_ORIGIN'));
    await expect(verifyChain([], { origin: text as never })).rejects.toThrow(code('INVALID_ORIGIN'));
  });

  it('a state that is none, or of another chain, is refused', async () => {
    const state = createChain(origin).state();
    const states = [
      {},
      { ...state, version: 2 },
      { ...state, origin: 'example.com/other' },
      { ...state, link: 'x' },
      { ...state, size: 1 },
      { ...state, peaks: ['00'] },
    ];
    for (const from of states) {
      expect(() => createChain(origin, from as never)).toThrow(code('INVALID_CHAIN_STATE'));
      await expect(verifyChain([], { origin, from: from as never })).rejects.toThrow(code('INVALID_CHAIN_STATE'));
    }
  });

  it('a state that is nothing, or of no entries with another link, is refused', () => {
    const none = null as unknown as undefined;
    expect(() => createChain(origin, none)).toThrow(code('INVALID_CHAIN_STATE'));
    expect(() => createChain(origin, { ...createChain(origin).state(), link: '11'.repeat(32) })).toThrow(
      code('INVALID_CHAIN_STATE'),
    );
    expect(() => createMerkleBuilder(none as never)).toThrow(code('INVALID_MERKLE_STATE'));
  });

  it('links of any other shape are bad links', async () => {
    const [entry] = entriesOf(1);
    for (const link of [null, 'x', 7, new Uint8Array(31), []]) {
      const report = await verified(one([{ ...entry, hash: link } as never]));
      expect(report.findings).toMatchObject([{ kind: 'bad-entry', number: 0, why: 'hash' }]);
    }
  });

  it('an entry without bytes is the caller’s mistake', async () => {
    const wrong = [{ bytes: 'text', previous: createChain(origin).link }] as never;
    await expect(verified(one(wrong))).rejects.toThrow(code('INVALID_INPUT'));
    expect(() => createChain(origin).append('text' as never)).toThrow(code('INVALID_INPUT'));
  });

  it('two checkpoints that contradict each other are told whatever the chain is', async () => {
    const entries = entriesOf(8);
    const [real, other] = [checkpointOf(entries, 5), { origin, size: 5, root: new Uint8Array(32) }];
    const bad = [{ ...entries[0], hash: new Uint8Array(32) } as ChainEntry];
    const { findings } = await verified(one(bad), [real, other]);
    expect(findings.map(({ kind }) => kind)).toEqual(['bad-entry', 'fork']);
  });

  it('headers and checkpoints that are none are findings', async () => {
    const broken = { header: undefined, entries: [] } as unknown as ChainSegment;
    expect(await verified([broken])).toMatchObject({ ok: false, findings: [{ kind: 'bad-segment', why: 'origin' }] });
    const half = { header: { ...createChain(origin).header(), first: 1.5 }, entries: [] };
    expect(await verified([half])).toMatchObject({ ok: false, findings: [{ kind: 'bad-segment', why: 'overlap' }] });
    const nowhere = { origin, size: Number.NaN, root: new Uint8Array(32) };
    expect((await verified(one(entriesOf(2)), [nowhere])).ok).toBe(false);
  });

  it('a signal ends it before there is any entry', async () => {
    const signal = AbortSignal.abort(new Error('stop'));
    for (const segments of [[], one([])]) {
      await expect(verifyChain(segments, { origin, signal })).rejects.toThrow('stop');
    }
  });

  it('a signal ends it', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(verifyChain(one(entriesOf(1)), { origin, signal })).rejects.toThrow('enough');
  });

  it('nothing that is handed out reaches into the chain', () => {
    const chain = createChain(origin);
    const expected = createChain(origin);
    for (const bytes of [
      chain.link,
      chain.append(bytesOf('a')).hash,
      chain.header().previous,
      chain.checkpoint().root,
    ]) {
      bytes.fill(0);
    }
    expected.append(bytesOf('a'));
    expect(chain.append(bytesOf('b'))).toEqual(expected.append(bytesOf('b')));
    expect(createMerkleBuilder(chain.state()).root()).toEqual(chain.checkpoint().root);
  });
});
