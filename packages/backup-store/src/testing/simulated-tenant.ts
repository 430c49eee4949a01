import { createHash } from 'node:crypto';

import { Tenant } from '../keyring/tenant.ts';

const bytes = (what: string): Buffer => createHash('sha256').update(`simulation: ${what}`).digest();

/** A tenant of simulations: its keys protect nothing. */
export function simulatedTenant(): Tenant {
  return new Tenant({
    label: '00000000000000aa',
    name: 'default',
    createdAt: '2026-01-01T00:00:00.000Z',
    key: bytes('key').toString('base64'),
    keeperKey: bytes('keeper key').toString('base64'),
  });
}
