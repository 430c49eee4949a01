import type { Service } from '../service/contract.ts';

/** Lines that are kept of a failure. */
const KEPT = 200;

/** The last lines that a service has said; none where it can't be asked. */
export async function lastLines(service: Service | undefined, lines: number = KEPT): Promise<readonly string[]> {
  if (service === undefined) return [];
  const found: string[] = [];
  try {
    for await (const line of service.logs({ lines })) found.push(line);
  } catch {
    // What is told of is the failure itself.
  }
  return found.slice(-lines);
}
