// Stages a release, and kills itself before the call that changes files whose number it was given.
import { deployLayout } from '../../../../src/deploy/layout/deploy-layout.ts';
import { stageRelease } from '../../../../src/deploy/stage/stage-release.ts';
import { killAtCall } from './kill-at-call.ts';

const [root = '', path = '', version = '', last = ''] = process.argv.slice(2);
await killAtCall(root, Number(last));
const content = { kind: 'folder', path } as const;
const install = { command: [process.execPath, '-e', 'fs.writeFileSync("installed", "")'] } as const;
await stageRelease(deployLayout({ root }), { version, content, previous: '1.0.0', reuse: 'hard-links', install });
