import type { Metrics, ModelVersion } from '../../src/versions/version.ts';

/** A version that nobody has added: `price` 1.1.0, by ana. */
export function versionWith(metrics: Metrics, more: Partial<ModelVersion> = {}): ModelVersion {
  return {
    model: 'price',
    version: '1.1.0',
    reason: '',
    change: 'retrain',
    metrics,
    params: {},
    parents: [],
    tags: [],
    digest: `sha256:${'a'.repeat(64)}`,
    size: 1,
    file: 'price.onnx',
    inspection: { format: 'onnx', verdict: 'clean', inputs: [], outputs: [], findings: [] },
    snapshot: '',
    addedAt: 0,
    addedBy: 'ana',
    ...more,
  };
}
