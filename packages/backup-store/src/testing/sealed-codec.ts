import type { SealedStore as Sealed } from '../envelope/sealed-store.ts';
import { SealedStore } from '../envelope/sealed-store.ts';
import { blobId } from '../blob-index/blob-id.ts';
import { sealedPacks } from '../prune/sealed-packs.ts';
import type { SimulationCodec } from './codec.ts';
import { simulatedTenant } from './simulated-tenant.ts';

/** The real thing: compression, encryption and the packs of the format. */
export function sealedCodec(): SimulationCodec {
  const tenant = simulatedTenant();
  const packs = (sealed: Sealed): ReturnType<typeof sealedPacks> => sealedPacks(sealed, tenant);
  return {
    name: 'sealed',
    tenant,
    sealed: (store) => new SealedStore(store, '0123456789abcdef0123456789abcdef'),
    idOf: (type, sha256) => blobId(tenant.idKey, type, sha256),
    readFrame: async (sealed, frame) => await packs(sealed).readFrame(frame),
    newPack: (sealed, session, id) => packs(sealed).newPack(session, id),
  };
}
