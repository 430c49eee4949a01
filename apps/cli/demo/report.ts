import { formatBytes, formatCount } from '../src/render/bytes.ts';
import { tableLines } from '../src/render/table.ts';

/** What one step of the demo measured. */
export interface Measured {
  readonly files: number;
  /** Bytes of content that the step is about. */
  readonly bytes: number;
  /** Bytes that the repository has more afterwards. */
  readonly stored?: number | undefined;
  readonly dedupRatio?: number | undefined;
  readonly seconds: number;
}

/** Claims and their outcome, and the table at the end. */
export interface Report {
  check(claim: string, holds: boolean): void;
  measure(step: string, facts: Measured): void;
  /** Prints the table and the verdict; whether every claim held. */
  finish(): boolean;
}

/** Starts a report. */
export function createReport(): Report {
  const failed: string[] = [];
  const rows: string[][] = [];
  let checks = 0;
  const number = { align: 'right' as const };
  const columns = [
    { title: '' },
    { title: 'files', ...number },
    { title: 'bytes', ...number },
    { title: 'stored', ...number },
    { title: 'dedup', ...number },
    { title: 'seconds', ...number },
    { title: 'MB/s', ...number },
  ];
  return {
    check: (claim, holds) => {
      checks++;
      console.log(`${holds ? '  ok      ' : '  FAILED  '}${claim}`);
      if (!holds) failed.push(claim);
    },
    measure: (step, { files, bytes, stored, dedupRatio, seconds }) => {
      const rate = (bytes / 1e6 / seconds).toFixed(0);
      const dedup = dedupRatio === undefined ? '' : dedupRatio.toFixed(2);
      const storedText = stored === undefined ? '' : formatBytes(stored);
      rows.push([step, formatCount(files), formatBytes(bytes), storedText, dedup, seconds.toFixed(1), rate]);
    },
    finish: () => {
      console.log(`\n${tableLines(columns, rows).join('\n')}\n`);
      for (const claim of failed) console.log(`FAILED: ${claim}`);
      console.log(`${checks - failed.length} of ${checks} claims hold`);
      return failed.length === 0;
    },
  };
}
