import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository } from '@x/backup-store';
import { memoryStore } from '@x/storage';
import type { ModelRegistry, ModelRegistryOptions } from '../../src/registry/contract.ts';
import { createModelRegistry } from '../../src/registry/create-registry.ts';
import { joined, u64 } from './bytes.ts';

/** A registry of a test's own, with a folder for files. */
export async function ownRegistry(
  options: Partial<ModelRegistryOptions> = {},
): Promise<{ readonly registry: ModelRegistry; readonly folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'models-'));
  const { repository } = await createRepository({ store: memoryStore(), encrypted: false });
  return { registry: createModelRegistry({ storage: memoryStore(), repository, by: 'ana', ...options }), folder };
}

/** A safetensors file with one tensor, whose weights are all `value`. */
export function weightsFile(value: number, elements = 100): Uint8Array {
  const header = `{"w":{"dtype":"F32","shape":[${elements}],"data_offsets":[0,${elements * 4}]}}`;
  const weights = new Float32Array(elements).fill(value);
  return joined(u64(header.length), header, new Uint8Array(weights.buffer));
}

/** Writes such a file, and tells where. */
export function writeWeights(path: string, value: number, elements?: number): string {
  writeFileSync(path, weightsFile(value, elements));
  return path;
}
