import { versionId } from '../../src/versions/known-version.ts';
import type { ModelVersion } from '../../src/versions/version.ts';

/** A version by its id, `price@1.0.0`, with what a test is about. */
export function versionOf(id: string, facts: Partial<ModelVersion> = {}): ModelVersion {
  const [model = '', version = ''] = id.split('@');
  return {
    model,
    version,
    change: 'retrain',
    reason: 'retrain is a minor change.',
    metrics: {},
    params: {},
    parents: [],
    tags: [],
    digest: `sha256:${Buffer.from(versionId({ model, version })).toString('hex').padEnd(64, '0')}`,
    size: 1000,
    file: `${model}.safetensors`,
    inspection: { format: 'safetensors', verdict: 'clean', inputs: [], outputs: [], findings: [] },
    snapshot: '0'.repeat(32),
    addedAt: Date.UTC(2026, 2, 1),
    addedBy: 'ana',
    ...facts,
  };
}

/** `price@1.0.0` as a parent. */
export function parentOf(id: string): { readonly model: string; readonly version: string } {
  const [model = '', version = ''] = id.split('@');
  return { model, version };
}
