import { parentPort, workerData } from 'node:worker_threads';
import { BackupError } from '../../src/errors.ts';
import type { ToJobThread } from '../../src/threads/job-pool.ts';
import type { ThreadStart } from '../../src/threads/thread.ts';

/** Answers each job with its own bytes and what it was started with; the first byte may ask for trouble. */
const TROUBLE = { none: 0, own: 1, other: 2, exit: 3, endless: 4 } as const;

const { role, init, holdfast } = workerData as ThreadStart;
let notices = 0;

parentPort?.on('message', (message: ToJobThread | undefined) => {
  // What the next role begins with.
  if (message === undefined) return;
  if (message === 'rest') {
    parentPort?.postMessage('rested');
    return;
  }
  if ('notice' in message) {
    notices += message.notice.length;
    return;
  }
  const [trouble] = message.body;
  if (trouble === TROUBLE.own)
    throw new BackupError('OBJECT_DAMAGED', 'a block is bad', { object: 'packs/x', hint: 'Look.' });
  if (trouble === TROUBLE.other) throw new TypeError('a mistake');
  if (trouble === TROUBLE.exit) process.exit(7);
  while (trouble === TROUBLE.endless);
  const facts = { role, init, holdfast, notices, body: [...message.body], sealed: message.sealed?.length };
  const body = new TextEncoder().encode(JSON.stringify(facts));
  parentPort?.postMessage({ id: message.id, body }, [body.buffer]);
});
