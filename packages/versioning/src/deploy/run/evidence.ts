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
  await keepReport(work);
  if (lines.length === 0) return lines;
  // The report is there without it, too.
  await writeFile(join(evidenceFolder(work), 'service.log'), `${lines.join('\n')}\n`).catch(() => undefined);
  return lines;
}

/** Keeps the report alone, as it is now. The journal has it, too: where it can't be written, that is in nobody's way. */
export async function keepReport(work: Pick<DeployWork, 'tools' | 'journal'>): Promise<void> {
  const folder = evidenceFolder(work);
  try {
    // What a service says may be private.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, 'report.json'), `${JSON.stringify(reportOf(work.journal.state), undefined, 2)}\n`);
  } catch {
    // As on a disk that is full.
  }
}

function reportOf({ plan, startedAt, reports, failure }: DeployRunState): object {
  return { plan, startedAt, steps: reports, error: failure };
}
