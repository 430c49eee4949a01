import { modelReport, type ModelReport, type ModelReportOptions } from '../../src/report/model-report.ts';
import type { ModelVersion } from '../../src/versions/version.ts';

/** What tests say of a version. */
export type Said = Partial<ModelVersion> & { readonly version: string };

/** A version with all that is not said. */
function madeUp(said: Said): ModelVersion {
  return {
    model: 'price',
    reason: '',
    change: 'retrain',
    metrics: {},
    params: {},
    parents: [],
    tags: [],
    digest: 'sha256:00',
    size: 123_456_789,
    file: 'price.onnx',
    inspection: { format: 'onnx', verdict: 'clean', inputs: [], outputs: [], findings: [] },
    snapshot: '00',
    addedAt: Date.UTC(2026, 2, 1),
    addedBy: 'ana',
    ...said,
  };
}

/** A report of versions, oldest first, as if a registry had them. */
export async function reportOf(
  versions: readonly Said[],
  aliases: Readonly<Record<string, string>> = {},
  options: ModelReportOptions = {},
): Promise<ModelReport> {
  const registry = {
    list: async () => versions.map(madeUp).toReversed(),
    aliases: async () => aliases,
  };
  return await modelReport(registry, 'price', { clock: () => Date.UTC(2026, 2, 3), ...options });
}
