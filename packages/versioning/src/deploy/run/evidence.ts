import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evidenceRoot } from '../clean/evidence.ts';
import type { DeployRunState } from './journal.ts';
import { lastLines } from './service-log.ts';
import type { DeployWork } from './tools.ts';

/** The folder that keeps what is known of a failed run. */
export const evidenceFolder = ({ tools, journal }: Pick<DeployWork, 'tools' | 'journal'>): string =>
  join(evidenceRoot(tools.place.layout), journal.run);

/**
 * Keeps what is known of a failure before anything is taken back: afterwards the service says other things. A disk that is full has no room for
 * it, and that must not be in the way of going back.
 *
 * @returns The lines that the service has said last.
 */
export async function keepEvidence(work: DeployWork): Promise<readonly string[]> {
  const { state } = work.journal;
  const lines = state.begun.includes('service') ? await lastLines(work.tools.service) : [];
  const folder = evidenceFolder(work);
  try {
    // What a service says may be private.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, 'report.json'), `${JSON.stringify(reportOf(state), undefined, 2)}\n`);
    if (lines.length > 0) await writeFile(join(folder, 'service.log'), `${lines.join('\n')}\n`);
  } catch {
    // The journal has the report, too.
  }
  return lines;
}

function reportOf({ plan, startedAt, reports, failure }: DeployRunState): object {
  return { plan, startedAt, steps: reports, error: failure };
}
