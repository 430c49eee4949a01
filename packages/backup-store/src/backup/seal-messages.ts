import type { MessagePort } from 'node:worker_threads';

import type { ChunkSizes } from '../chunker/gear.ts';
import type { ContentReport } from '../codec/content-report.ts';
import type { CompressionProfile } from '../codec/profile.ts';
import type { ContentKind } from '../content/kind.ts';
import type { SealCheckOptions } from './seal-check.ts';

/** What a sealing thread starts with. */
export interface SealInit {
  readonly repositoryId: Uint8Array;
  /** The tenant's label. */
  readonly label: Uint8Array;
  readonly session: string;
  readonly epoch: number;
  readonly idKey: Uint8Array;
  readonly gearKey: Uint8Array;
  readonly packKey: Uint8Array;
  readonly chunks: ChunkSizes;
  readonly compression: CompressionProfile;
  /** Bytes gathered in a frame. */
  readonly frameBytes: number;
  /** A pack ends when it holds this many bytes. */
  readonly packBytes: number;
  /** Packs that one thread fills at a time. */
  readonly openPacks: number;
  readonly check: SealCheckOptions | undefined;
  readonly levels: readonly SharedArrayBuffer[];
  readonly credits: SharedArrayBuffer;
  readonly creditBytes: number;
  /** Brings the memory of pieces back once they are stored. */
  readonly returns: MessagePort;
}

/** To a sealing thread. */
export type ToSealer =
  | {
      readonly type: 'job';
      readonly id: number;
      readonly files: ArrayBuffer;
      readonly levels: readonly SharedArrayBuffer[];
    }
  /** Chunks of a stream of this kind, one behind the other in `memory`. */
  | {
      readonly type: 'bytes';
      readonly id: number;
      readonly kind: ContentKind;
      readonly memory: ArrayBuffer;
      readonly lengths: readonly number[];
      readonly levels: readonly SharedArrayBuffer[];
    }
  /** Ends what is begun: the thread has nothing to do, and others may wait for the store. */
  | { readonly type: 'flush' }
  | { readonly type: 'finish' }
  /** The role is over; not before `finished` was said, or where nothing was ever asked. */
  | { readonly type: 'rest' };

/** From a sealing thread. */
export type FromSealer =
  | { readonly type: 'piece'; readonly pack: string; readonly bytes: Uint8Array }
  | { readonly type: 'pack'; readonly pack: string; readonly sealed: SealedPack }
  /** `memory`: of the chunks of a stream, to be used again. */
  | { readonly type: 'outcome'; readonly id: number; readonly files: ArrayBuffer; readonly memory?: ArrayBuffer }
  | { readonly type: 'finished'; readonly claimed: number; readonly contents: readonly ContentReport[] };

/** A pack that a thread has finished. */
export interface SealedPack {
  readonly size: number;
  readonly salt: Uint8Array;
  readonly commitment: Uint8Array;
  readonly directory: Uint8Array;
  readonly blobs: number;
}
