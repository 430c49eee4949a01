import type { ModelVersion } from './version.ts';

/** A version, and what the history says of it beside. */
export interface KnownVersion {
  readonly version: ModelVersion;
  /** Aliases that point to it. */
  readonly aliases: readonly string[];
  /** Milliseconds since 1970; absent while it is there. */
  readonly deletedAt?: number | undefined;
}

/** `price@1.2.0` */
export function versionId(version: { readonly model: string; readonly version: string }): string {
  return `${version.model}@${version.version}`;
}
