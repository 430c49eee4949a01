// Writes until files may not grow any more: `node limited.ts FOLDER`.
import { openLogs } from '../../src/index.ts';

const [, , directory = ''] = process.argv;
const logs = await openLogs({ directory, maxBufferBytes: 16_384, retryMs: 60_000, onError: () => undefined });
let [acknowledged, refused, written] = [0, 0, 0];
for (let index = 0; index < 100; index++) {
  if (logs.logger.info('record', { index, text: 'x'.repeat(300) })) written += 1;
  await logs.flush();
  // Many at once: of a group that fails in the middle nothing may stay.
  const details = { index, text: 'x'.repeat(300) };
  const group = Array.from({ length: 20 }, async () => logs.audit.append({ name: 'thing.done', details }));
  for (const { status } of await Promise.allSettled(group)) {
    if (status === 'fulfilled') acknowledged += 1;
    else refused += 1;
  }
}
process.stdout.write(JSON.stringify({ acknowledged, refused, written, lost: logs.losses.lost }));
process.exit(0);
