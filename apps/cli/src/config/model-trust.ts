import type { CommandRunnerOptions, LoadTestOptions, ModelRegistryOptions, PromotionGates } from '@x/ml-model-registry';

/** How models are loaded for a test, as it is written. */
export interface LoadTestSettings {
  readonly commands?: readonly CommandRunnerOptions[] | undefined;
  /** A duration as it is typed. */
  readonly timeout?: string | undefined;
  readonly memoryBytes?: number | undefined;
  readonly accept?: LoadTestOptions['accept'];
}

/** Settings about whom models are trusted by. */
export interface ModelTrustSettings {
  readonly 'models.accept'?: ModelRegistryOptions['accept'];
  readonly 'models.maxBytes'?: number | undefined;
  readonly 'models.signKey'?: string | undefined;
  readonly 'models.signKeyPassphraseFile'?: string | undefined;
  readonly 'models.signKeyPassphrase'?: string | undefined;
  readonly 'models.signCertificates'?: string | undefined;
  readonly 'models.trustKeys'?: readonly string[] | undefined;
  readonly 'models.trustRoots'?: string | undefined;
  readonly 'models.gates'?: Readonly<Record<string, Omit<PromotionGates, 'own'>>> | undefined;
  readonly 'models.loadTest'?: LoadTestSettings | undefined;
}
