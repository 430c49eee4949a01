import type { OperationEvent } from '../events/contract.ts';
import type { Freezes } from './contract.ts';
import type { StateStore } from './state-store.ts';

/** {@link Freezes} in the state of alerts. */
export function storedFreezes(
  stored: StateStore,
  tell: (event: Omit<OperationEvent, 'at' | 'host'>) => Promise<void>,
): Freezes {
  return {
    of: async (tenant) => (await stored.read()).freezes.find((each) => each.tenant === tenant),
    clearedMs: async (tenant) => (await stored.read()).cleared[tenant] ?? 0,
    add: async (freeze) => {
      const isNew = await stored.update((state) => {
        if (state.freezes.some(({ tenant }) => tenant === freeze.tenant)) return { state, result: false };
        return { state: { ...state, freezes: [...state.freezes, freeze] }, result: true };
      });
      const { tenant, reason, holds } = freeze;
      if (isNew) await tell({ name: 'tenant.frozen', level: 'error', tenant, details: { reason, holds } });
    },
    lift: async (tenant, { by, note, untilMs }) => {
      const lifted = await stored.update((state) => {
        const found = state.freezes.find((each) => each.tenant === tenant);
        const freezes = state.freezes.filter((each) => each !== found);
        return { state: { ...state, freezes, cleared: { ...state.cleared, [tenant]: untilMs } }, result: found };
      });
      await tell({ name: 'tenant.unfrozen', level: 'warn', tenant, principal: by, details: { note } });
      return lifted;
    },
  };
}
