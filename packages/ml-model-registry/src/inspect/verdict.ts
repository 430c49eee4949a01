import type { Verdict } from './inspection.ts';

const order: readonly Verdict[] = ['clean', 'unknown', 'suspicious', 'malicious'];

/** Whether a verdict is no worse than another one. */
export function isAtWorst(verdict: Verdict, worst: Verdict): boolean {
  const place = order.indexOf(verdict);
  return place !== -1 && place <= order.indexOf(worst);
}
