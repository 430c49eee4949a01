import { serveFront } from './front/front.ts';
import { supervise } from './supervisor.ts';

// The program that keeps a service running, and the one that serves its address: `node keeper.js supervise FOLDER` and `node keeper.js front FOLDER`.
const [, program = '', role, folder = ''] = process.argv;
if (role === 'front') await serveFront(folder);
else if (role === 'supervise') await supervise(folder, [process.execPath, program, 'front', folder]);
else {
  process.stderr.write(`Expected "supervise" or "front" with a folder, got ${JSON.stringify(role ?? '')}.\n`);
  process.exitCode = 2;
}
