import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelError } from '../errors.ts';
import type { ModelVersion } from '../versions/version.ts';
import type { ModelCacheOptions } from './contract.ts';

/** Restores a version, with all that the registry looks at, and reads it. Nothing stays on the disk. */
export async function fetchModel(
  { registry, temporary = tmpdir() }: ModelCacheOptions,
  { model, version, members }: ModelVersion,
): Promise<Uint8Array> {
  if (members !== undefined) {
    throw new ModelError('NOT_A_FILE', `Expected a model of one file, got ${model} ${version}, which is a folder`, {
      hint: 'Restore it to a folder, and load it from there.',
    });
  }
  const folder = await mkdtemp(join(temporary, 'holdfast-model-'));
  try {
    const to = join(folder, 'model');
    await registry.restore(model, version, { to });
    return await readFile(to);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
