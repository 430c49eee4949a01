import { createHash } from 'node:crypto';

/**
 * So many milliseconds after its slot a job begins: from 0 to `jitterMs`, evenly spread, and the same on every machine, so that all agree on
 * when a slot is due.
 */
export function jitterOf(job: string, slotMs: number, jitterMs: number): number {
  if (jitterMs <= 0) return 0;
  const bytes = createHash('sha256').update(`${job}\n${slotMs}`).digest();
  return Math.floor((bytes.readUIntBE(0, 6) / 2 ** 48) * jitterMs);
}
