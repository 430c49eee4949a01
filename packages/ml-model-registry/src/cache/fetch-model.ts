import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelVersion } from '../versions/version.ts';
import type { ModelCacheOptions } from './contract.ts';

/** Restores a version, with all that the registry looks at, and reads it. Nothing stays on the disk. */
export async function fetchModel(
  { registry, temporary = tmpdir() }: ModelCacheOptions,
  { model, version }: ModelVersion,
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(temporary, 'holdfast-model-'));
  try {
    const to = join(folder, 'model');
    await registry.restore(model, version, { to });
    return await readFile(to);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
