import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository, type Repository } from '@x/backup-store';
import { memoryStore } from '@x/storage';
import { expect, it } from 'vitest';
import { tensorCuts } from '../../src/content/cuts.ts';
import { CONTENT } from '../../src/content/model-source.ts';
import { inspectModel } from '../../src/inspect/inspect-model.ts';
import { createModelRegistry } from '../../src/registry/create-registry.ts';
import type { ModelVersion } from '../../src/versions/version.ts';
import { joined } from '../support/bytes.ts';
import { file as gguf } from '../support/gguf.ts';
import { safetensorsOf } from '../support/safetensors.ts';

/** Bytes of a tensor: more than those that share a piece with their neighbours. */
const SIZE = 300 * 1024;

type Weights = Readonly<Record<string, Uint8Array>>;

/** Weights that nothing makes smaller. */
function random(): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  for (let at = 0; at < SIZE; at += 65_536) crypto.getRandomValues(bytes.subarray(at, Math.min(at + 65_536, SIZE)));
  return bytes;
}

const formats: Readonly<Record<string, (weights: Weights) => Uint8Array>> = {
  safetensors: (weights) =>
    safetensorsOf(
      Object.fromEntries(
        Object.entries(weights).map(([name, bytes]) => [name, { dtype: 'U8', shape: [bytes.length], bytes }]),
      ),
    ),
  gguf: (weights) => {
    const tensors = Object.keys(weights).map((name, at) => ({ name, sizes: [SIZE / 4], type: 0, offset: at * SIZE }));
    return gguf({ tensors, data: joined(...Object.values(weights)) });
  },
};

async function pieces(repository: Repository, { snapshot }: ModelVersion): Promise<readonly Buffer[]> {
  const found: Buffer[] = [];
  for await (const entry of repository.contents(snapshot, { path: CONTENT })) {
    const parts: Uint8Array[] = [];
    if (entry.content !== undefined) for await (const part of entry.content()) parts.push(part);
    if (parts.length > 0) found.push(Buffer.concat(parts));
  }
  return found;
}

it.each(Object.keys(formats))(
  'of a %s file a tensor that was trained on is stored again, and no other',
  async (format) => {
    const path = join(mkdtempSync(join(tmpdir(), 'cuts-')), `model.${format}`);
    const { repository } = await createRepository({ store: memoryStore(), encrypted: false });
    const registry = createModelRegistry({ storage: memoryStore(), repository });
    const weights: Weights = { a: random(), b: random(), c: random(), d: random() };
    const { b: _, ...others } = weights;
    // A longer name moves all that comes after the header.
    const trained: Weights = { a: others['a'] as Uint8Array, [`b${'.lora'.repeat(9)}`]: random(), ...others };
    const versions: ModelVersion[] = [];
    const stored: number[] = [];
    for (const each of [weights, trained]) {
      writeFileSync(path, formats[format]?.(each) ?? '');
      const inspection = await inspectModel(path);
      expect(tensorCuts(inspection)).toEqual(inspection.tensors.map(({ offset }) => offset));
      const { version, bytesStored } = await registry.add('price', path, { change: 'retrain' });
      versions.push(version);
      stored.push(bytesStored);
      const [, ...tensors] = await pieces(repository, version);
      expect(tensors.map((piece, at) => piece.equals(Object.values(each)[at] ?? new Uint8Array(0)))).toEqual(
        Array.from({ length: 4 }, () => true),
      );
    }
    expect(versions.map(({ inspection }) => inspection.verdict)).toEqual(['clean', 'clean']);
    expect(stored[0]).toBeGreaterThan(4 * SIZE);
    expect(stored[1]).toBeGreaterThan(SIZE);
    // Sizes of packs are rounded, so that they tell less.
    expect(stored[1]).toBeLessThan(1.2 * SIZE);
  },
);
