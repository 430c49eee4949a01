// Waits for a disk that fails twice, and for nothing else: `node waiting.ts FOLDER`.
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLogs } from '../../src/index.ts';

const [, , directory = ''] = process.argv;
const blocking = join(directory, 'structured');
writeFileSync(blocking, '');
let failures = 0;
const onError = ({ code }: { readonly code: string }): void => {
  if (code === 'LOG_UNWRITABLE' && ++failures === 2) rmSync(blocking);
};
const logs = await openLogs({ directory, maxBufferBytes: 4096, retryMs: 20, onError });
while (logs.logger.info('a record'));
await logs.drained();
process.stdout.write((await logs.flush()) ? 'all is written' : 'something is not');
