import type { FramePlace } from '../blob-index/blob-index.ts';
import type { SealIdentity } from '../envelope/header.ts';
import type { PageRef } from '../catalog/node-page.ts';
import type { FrameForm } from '../codec/codec.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import type { Tenant } from '../keyring/tenant.ts';
import type { NewId } from '../layout/names.ts';
import type { BlobType, PackedBlob } from '../pack/directory.ts';
import type { Clock, Sleep } from '../run/clock.ts';
import type { PackId } from '../session/epoch-records.ts';
import type { TenantView } from '../session/tenant-view.ts';
import type { SeenSession } from './inventory.ts';
import type { Patience } from './patience.ts';

/** A pack while it is written again. */
export interface NewPack {
  /** Appends a frame as another pack holds it. */
  addStored(bytes: Uint8Array, form: FrameForm, blobs: readonly PackedBlob[]): void;
  /** Compresses and appends a frame. */
  addFrame(raw: Uint8Array, blobs: readonly PackedBlob[]): void;
  /** Stored bytes that have become ready since the last call. */
  take(): Uint8Array[];
  /** Ends the pack; what is left is to be taken. */
  finish(): { readonly size: number; readonly identity: SealIdentity; readonly directory: Uint8Array };
  /** Bytes of content so far. */
  readonly content: number;
}

/** How packs are read and written: apart, so that a simulation can do without encryption. */
export interface PackAccess {
  /** The stored id of a blob. */
  idOf(type: BlobType, sha256: Uint8Array): Uint8Array;
  /** Plaintext of a catalog page, checked against its digest. */
  readPage(page: PageRef): Promise<Uint8Array>;
  /** A frame as it is stored, decrypted and still compressed. */
  readFrame(frame: FramePlace): Promise<Uint8Array>;
  /** Begins a pack of this name. */
  newPack(session: string, id: string): NewPack;
}

/** Whoever collects garbage of one tenant, and with what. */
export interface Keeper {
  readonly sealed: SealedStore;
  readonly tenant: Tenant;
  /** A view of its own: it marks packs that nobody else must take for lost. */
  readonly view: TenantView;
  readonly packs: PackAccess;
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly newId: NewId;
  readonly signal?: AbortSignal | undefined;
  /** Ids of snapshots that this machine has seen. */
  readonly seen: readonly string[];
  /** Set for a repair: packs that are damaged. What can be read of them is written again, and the rest is given up. */
  readonly damaged?: ReadonlySet<PackId> | undefined;
  /** Told what is being done. */
  readonly onStep: (step: KeeperStep) => void;
  /** Told before it waits for sessions. */
  readonly onWait?: ((open: readonly SeenSession[], patience: Patience) => void) | undefined;
}

/** What a keeper is doing. */
export interface KeeperStep {
  readonly doing: 'reading catalogs' | 'waiting for sessions' | 'writing packs again' | 'deleting';
  readonly done: number;
  readonly total: number;
}
