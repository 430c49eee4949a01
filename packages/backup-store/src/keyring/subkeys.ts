import { hkdfSync } from 'node:crypto';

/** What a subkey of the root key is for. */
export type RootLabel = 'config' | 'keyring' | 'lineage' | 'certificate';

/**
 * What a subkey of a tenant's key is for. `pack/<epoch>` is one for each round of garbage collection; `checks` is for what a
 * machine remembers of its checks, which is in no store; `erased` is for marks of records that were erased for good.
 */
export type TenantLabel =
  | 'id'
  | 'gear'
  | 'index'
  | 'meta'
  | 'session'
  | 'key-id'
  | 'checks'
  | 'erased'
  | `pack/${number}`;

/** What a subkey of a slot's secret is for. */
export type SlotLabel = 'slot' | 'slot-pair' | 'slot-to-pair';

/** HKDF-SHA-256 (RFC 5869) with an empty salt; `info` is "holdfast/key/" and the label. 32 bytes. */
export function subkey(key: Uint8Array, label: RootLabel | TenantLabel | SlotLabel): Buffer {
  return Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), `holdfast/key/${label}`, 32));
}
