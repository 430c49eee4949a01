import type { RetentionPolicy } from './policy/policy.ts';

/** The names of {@link presets}. */
export type PresetName =
  | 'tenant'
  | 'sharedStructure'
  | 'models'
  | 'releases'
  | 'local'
  | 'primaryCloud'
  | 'secondaryCloud'
  | 'checkpoints';

/** Policies for common things, to use as they are or to spread into one's own. */
export const presets: Readonly<Record<PresetName, RetentionPolicy>> = {
  /** Backups of a tenant: kinds `incremental`, `full` and `pre-deploy`. */
  tenant: {
    name: 'tenant',
    kinds: { incremental: '7d', full: { weekly: 4, monthly: 3 }, 'pre-deploy': '30d' },
  },
  /** Versions of the structure that all tenants share. */
  sharedStructure: { name: 'shared structure', monthly: 12, immutable: 'majors' },
  /** Versions of models; the group is the model. */
  models: {
    name: 'models',
    windows: [
      { until: '7d', keep: 'all' },
      { until: '30d', keep: 'daily' },
      { until: '90d', keep: 'weekly' },
    ],
    maxPerGroup: 50,
  },
  /** Releases: what is active is in use. */
  releases: { name: 'releases', lastGood: 5, previousGood: true },
  local: { name: 'local', within: '7d' },
  primaryCloud: { name: 'primary cloud', within: '30d' },
  secondaryCloud: { name: 'secondary cloud', within: '60d' },
  /** Checkpoints of a training. */
  checkpoints: { name: 'checkpoints', last: 20, within: '14d' },
};
