import { closeSync, lstatSync, openSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntryMeta } from '../../src/sink/contract.ts';
import { writeAroundHoles } from '../../src/sink/file-content.ts';
import { openTreeSink } from '../../src/sink/tree-sink.ts';
import { IS_POSIX, MEMORY_FOLDER, STRENGTHS, tempFolder } from '../source/tree.ts';
import type { WriterJob } from './writer-thread.ts';

const meta: EntryMeta = {
  mode: 0o600,
  uid: process.geteuid?.() ?? 0,
  gid: process.getegid?.() ?? 0,
  mtimeNs: 7_000_000_000n,
};
const at = (path: string): Buffer => Buffer.from(path);
const BLOCK = 4096;

describe('files in several parts', () => {
  it.each(STRENGTHS)('several threads write one file (strong: %s)', async (strong) => {
    const root = tempFolder(MEMORY_FOLDER);
    using sink = openTreeSink(Buffer.from(root), { strong });
    const partBytes = 100_003;
    const parts = 40;
    const temp = sink.createTemp(at('d/big'), parts * partBytes);
    const job = (thread: number): WriterJob => ({
      root,
      path: 'd/big',
      strong,
      temp,
      thread,
      threads: 3,
      parts,
      partBytes,
    });
    await Promise.all([0, 1, 2].map((thread) => runWriter(job(thread))));
    expect(readdirSync(join(root, 'd'))).toEqual([temp.name]);
    expect(statSync(join(root, 'd', temp.name)).mode & 0o777).toBe(0o600);
    sink.finishTemp(at('d/big'), temp, meta);
    expect(readdirSync(join(root, 'd'))).toEqual(['big']);
    const content = readFileSync(join(root, 'd/big'));
    for (let part = 0; part < parts; part++) {
      expect(content.subarray(part * partBytes, (part + 1) * partBytes).equals(Buffer.alloc(partBytes, part + 1))).toBe(
        true,
      );
    }
    expect(lstatSync(join(root, 'd/big'), { bigint: true }).mtimeNs).toBe(meta.mtimeNs);
  });

  it('a file that is given up leaves nothing', () => {
    const root = tempFolder();
    using sink = openTreeSink(Buffer.from(root));
    const temp = sink.createTemp(at('big'), 1 << 20);
    sink.writeAt(at('big'), temp, { position: 5, bytes: Buffer.from('x') });
    sink.dropTemp(at('big'), temp);
    sink.dropTemp(at('big'), temp);
    expect(readdirSync(root)).toEqual([]);
  });

  it('more unfinished files than descriptors are kept for', () => {
    const root = tempFolder(MEMORY_FOLDER);
    using sink = openTreeSink(Buffer.from(root));
    const paths = Array.from({ length: 30 }, (_, i) => at(`f${i}`));
    const temps = paths.map((path) => sink.createTemp(path, 10));
    for (const position of [0, 5]) {
      for (const [i, path] of paths.entries()) {
        const temp = temps[i];
        if (temp !== undefined) sink.writeAt(path, temp, { position, bytes: Buffer.from(`${i}    `.slice(0, 5)) });
      }
    }
    for (const [i, path] of paths.entries()) {
      const temp = temps[i];
      if (temp !== undefined) sink.finishTemp(path, temp, meta);
    }
    expect(readdirSync(root)).toHaveLength(30);
    expect(readFileSync(join(root, 'f17'), 'utf8')).toBe('17   17   ');
  });
});

describe.runIf(IS_POSIX)('holes', () => {
  /** Runs of zeros and of other bytes, so that 4 KiB units begin anywhere in them. */
  const runs = fc.array(
    fc.record({
      zero: fc.boolean(),
      length: fc.oneof(
        fc.integer({ min: 0, max: 20 }),
        fc.integer({ min: 0, max: 20_000 }),
        fc.constantFrom(BLOCK, 2 * BLOCK),
      ),
    }),
    { minLength: 1, maxLength: 8 },
  );
  const cuts = fc.array(fc.integer({ min: 1, max: 30_000 }), { maxLength: 5 });

  it('whatever the chunks, the content is right and every empty block a hole', () => {
    const root = tempFolder(MEMORY_FOLDER);
    using sink = openTreeSink(Buffer.from(root));
    fc.assert(
      fc.property(runs, cuts, (made, lengths) => {
        const content = Buffer.concat(made.map((run) => Buffer.alloc(run.length, run.zero ? 0 : 0xa5)));
        sink.writeFile(at('f'), cut(content, lengths), { ...meta, sparse: true });
        expect(readFileSync(join(root, 'f')).equals(content)).toBe(true);
        let blocks = 0;
        for (let i = 0; i < content.length; i += BLOCK)
          if (content.subarray(i, i + BLOCK).some((byte) => byte !== 0)) blocks++;
        expect(statSync(join(root, 'f')).blocks * 512).toBe(blocks * BLOCK);
      }),
      { numRuns: 300 },
    );
  });

  it('a large hole takes no space, nor does a file that is one', () => {
    const root = tempFolder();
    using sink = openTreeSink(Buffer.from(root));
    const size = 64 << 20;
    const temp = sink.createTemp(at('f'), size);
    const zeros = Buffer.alloc(1 << 20);
    for (let position = 0; position < size; position += zeros.length)
      sink.writeAt(at('f'), temp, { position, bytes: zeros, sparse: true });
    sink.writeAt(at('f'), temp, { position: 10_000_000, bytes: Buffer.from('x'), sparse: true });
    sink.finishTemp(at('f'), temp, meta);
    const facts = statSync(join(root, 'f'));
    expect(facts.size).toBe(size);
    expect(facts.blocks * 512).toBeLessThan(64 * 1024);
  });

  it('zeros are written where holes are not asked for', () => {
    const root = tempFolder(MEMORY_FOLDER);
    using sink = openTreeSink(Buffer.from(root));
    sink.writeFile(at('f'), [Buffer.alloc(10 * BLOCK)], meta);
    expect(statSync(join(root, 'f')).blocks * 512).toBe(10 * BLOCK);
  });

  it('views into larger buffers are written as what they show', () => {
    const path = join(tempFolder(), 'f');
    const descriptor = openSync(path, 'w');
    const large = Buffer.concat([Buffer.alloc(100, 1), Buffer.alloc(BLOCK), Buffer.alloc(100, 2)]);
    writeAroundHoles(descriptor, new Uint8Array(large.buffer, large.byteOffset + 50, BLOCK + 100), 0);
    closeSync(descriptor);
    expect(readFileSync(path).equals(large.subarray(50, BLOCK + 150))).toBe(true);
  });
});

function cut(content: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let rest = content;
  for (const length of lengths) {
    chunks.push(rest.subarray(0, length));
    rest = rest.subarray(length);
  }
  return [...chunks, rest];
}

function runWriter(job: WriterJob): Promise<void> {
  const worker = new Worker(new URL('writer-thread.ts', import.meta.url), { workerData: job });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`Expected exit code 0, got ${code}`))));
  });
}
