import type { VerifyOptions, VerifyReport } from '../repository/contract.ts';
import type { RunContext } from '../run/context.ts';
import type { TenantSnapshot } from '../snapshots/resolve.ts';
export async function verify(_c: RunContext, _o: TenantSnapshot | undefined, _v: VerifyOptions): Promise<VerifyReport> { throw new Error('todo'); }
