import type { RunOptions } from '../repository/contract.ts';
import type { RunContext } from '../run/context.ts';
export async function rebuildIndex(_c: RunContext, _o: RunOptions): Promise<{ packs: number; blobs: number }> { throw new Error('todo'); }
