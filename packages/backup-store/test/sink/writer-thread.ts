import { workerData } from 'node:worker_threads';
import type { TempFile } from '../../src/sink/contract.ts';
import { openTreeSink } from '../../src/sink/tree-sink.ts';

/** Which parts of one file a thread writes: each of the `threads` takes every so many-th. */
export interface WriterJob {
  readonly root: string;
  readonly path: string;
  readonly strong: boolean;
  readonly temp: TempFile;
  readonly thread: number;
  readonly threads: number;
  readonly parts: number;
  readonly partBytes: number;
}

function main(job: WriterJob): void {
  const path = Buffer.from(job.path);
  using sink = openTreeSink(Buffer.from(job.root), { strong: job.strong });
  for (let part = job.thread; part < job.parts; part += job.threads) {
    sink.writeAt(path, job.temp, { position: part * job.partBytes, bytes: Buffer.alloc(job.partBytes, part + 1) });
  }
  sink.releaseTemp(path, job.temp);
}

main(workerData as WriterJob);
