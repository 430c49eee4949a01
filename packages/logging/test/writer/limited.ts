// Writes until files may not grow any more: `node limited.ts FOLDER`.
import { openLogs } from '../../src/index.ts';

const [, , directory = ''] = process.argv;
const logs = await openLogs({ directory, maxBufferBytes: 16_384, retryMs: 60_000, onError: () => undefined });
let [acknowledged, refused, written] = [0, 0, 0];
for (let index = 0; index < 200; index++) {
  if (logs.logger.info('record', { index, text: 'x'.repeat(300) })) written += 1;
  await logs.flush();
  await logs.audit.append({ name: 'thing.done', details: { index, text: 'x'.repeat(300) } }).then(
    () => (acknowledged += 1),
    () => (refused += 1),
  );
}
process.stdout.write(JSON.stringify({ acknowledged, refused, written, lost: logs.losses.lost }));
process.exit(0);
